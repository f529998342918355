import { App } from 'cdktf';
import { environments } from './environments/index.js';
import {
  EnvironmentStack,
  ObservabilityStack,
  PhaseAStack,
  QuickstartStack,
  RemoteStateStack,
  RustFsDockerStack,
  SeaweedFsFleetStack,
} from './stacks/index.js';

const app = new App();
new QuickstartStack(app, 'quickstart');
new RustFsDockerStack(app, 'rustfs-docker');
new SeaweedFsFleetStack(app, 'seaweedfs-fleet');
new PhaseAStack(app, 'phase-a');
new ObservabilityStack(app, 'observability');
new RemoteStateStack(app, 'remote-state');
for (const environment of environments) new EnvironmentStack(app, environment);
app.synth();
