import { storeOrReason } from './fit';
import { notice } from './notice';
import { keepForOffline } from './offline';
import { DrivePage } from './page';

void keepForOffline();
const store = await storeOrReason();
if (typeof store === 'string') notice('unfit', store);
else await new DrivePage(store).start();
