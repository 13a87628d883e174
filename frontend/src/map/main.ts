import { MapPage } from './page';

void new MapPage().start();
