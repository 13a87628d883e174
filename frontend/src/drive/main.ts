import { keepForOffline } from './offline';
import { DrivePage } from './page';

void new DrivePage().start();
void keepForOffline();
