import { App } from 'cdktf';
import {
  ObservabilityStack,
  PhaseAStack,
  QuickstartStack,
  RustFsClusterStack,
  RustFsDockerStack,
  SeaweedFsFleetStack,
} from './stacks/index.js';

const app = new App();
new QuickstartStack(app, 'quickstart');
new RustFsDockerStack(app, 'rustfs-docker');
new SeaweedFsFleetStack(app, 'seaweedfs-fleet');
new PhaseAStack(app, 'phase-a');
new ObservabilityStack(app, 'observability');
new RustFsClusterStack(app, 'rustfs-cluster');
app.synth();
