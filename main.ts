import { App } from 'cdktf';
import {
  PhaseAStack,
  PhaseBStack,
  PhaseDStack,
  QuickstartStack,
  RustFsDockerStack,
  SeaweedFsFleetStack,
} from './stacks/index.js';

const app = new App();
new QuickstartStack(app, 'quickstart');
new RustFsDockerStack(app, 'rustfs-docker');
new SeaweedFsFleetStack(app, 'seaweedfs-fleet');
new PhaseAStack(app, 'phase-a');
new PhaseBStack(app, 'phase-b');
new PhaseDStack(app, 'phase-d');
app.synth();
