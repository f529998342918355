// `npm start`: the main job on the embedded default. Arguments after `--` go to `cdktf-rustfs up`.
import { bootstrap, run } from './bootstrap.mjs';

bootstrap();
run(process.execPath, ['bin/cdktf-rustfs.js', 'up', ...process.argv.slice(2)]);
