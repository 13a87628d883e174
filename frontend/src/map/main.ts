import { keepAddress } from './languages';
import { MapPage } from './page';

void new MapPage().start();
keepAddress();
