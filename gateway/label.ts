/** What the gateway calls itself, everywhere it says who it is. */
export const GATEWAY_NAME = 'cdktf-rustfs-reference-gateway';

/** For people: this is not alknet. */
export const GATEWAY_LABEL = 'cdktf-rustfs reference gateway (a stand-in, not an alknet node)';
