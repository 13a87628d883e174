import { DrivePage } from './page';

void new DrivePage().start();
