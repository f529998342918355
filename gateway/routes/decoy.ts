import sirv from 'sirv';
import type { RouteFactory } from '../core.js';
import { respond } from '../http/respond.js';

/** alknet's decoy, for whatever is no route: nothing to see, an ordinary web site, or somewhere else. */
export const decoy: RouteFactory = ({ config }) => {
  const { decoy: settings } = config;
  // The list of files is made now: what is not in it cannot be asked for, whatever the path.
  const site = settings.type === 'static_site' ? sirv(settings.root, { etag: true, dotfiles: false }) : undefined;
  return {
    name: 'decoy',
    matches: () => true,
    async serve(exchange) {
      const { request, response } = exchange;
      const notFound = () => respond(exchange, 404, 'not found\n');
      if (settings.type === 'redirect') respond(exchange, 302, '', { location: settings.to });
      else if (site && /^(GET|HEAD)$/.test(exchange.method)) site(request, response, notFound);
      else notFound();
    },
  };
};
