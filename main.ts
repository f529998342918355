import { App } from 'cdktf';
import { QuickstartStack, RustFsDockerStack } from './stacks/index.js';

const app = new App();
new QuickstartStack(app, 'quickstart');
new RustFsDockerStack(app, 'rustfs-docker');
app.synth();
