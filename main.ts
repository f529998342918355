import { App } from 'cdktf';
import { environments } from './environments/index.js';
import {
  EnvironmentStack,
  ObservabilityStack,
  PhaseAStack,
  PhaseBStack,
  PhaseCStack,
  PhaseDStack,
  QuickstartStack,
  RemoteStateStack,
  RustFsClusterStack,
  RustFsDockerStack,
  SeaweedFsFleetStack,
} from './stacks/index.js';

const app = new App();
new QuickstartStack(app, 'quickstart');
new RustFsDockerStack(app, 'rustfs-docker');
new RustFsClusterStack(app, 'rustfs-cluster');
new PhaseAStack(app, 'phase-a');
new PhaseBStack(app, 'phase-b');
new PhaseCStack(app, 'phase-c');
new PhaseDStack(app, 'phase-d');
new ObservabilityStack(app, 'observability');
new SeaweedFsFleetStack(app, 'seaweedfs-fleet');
new RemoteStateStack(app, 'remote-state');
for (const environment of environments) new EnvironmentStack(app, environment);
app.synth();
