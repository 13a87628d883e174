/** What the phone keeps between visits: its token, and the frames that wait for a network. */

export interface Metadata {
  lon: number;
  lat: number;
  accuracy_m: number;
  heading_deg?: number;
  speed_mps?: number;
  captured_at: string;
}

export interface QueuedFrame {
  id: number;
  image: Blob;
  metadata: Metadata;
}

const TOKEN = 'token';

export class Store {
  private constructor(
    private readonly name: string,
    private database: IDBDatabase,
  ) {}

  static async open(name = 'hazardmap-drive'): Promise<Store> {
    return new Store(name, await opened(name));
  }

  token(): Promise<string | undefined> {
    return this.read<string | undefined>('settings', (table) => table.get(TOKEN));
  }

  async keepToken(token: string): Promise<void> {
    await this.write('settings', (table) => table.put(token, TOKEN));
  }

  async forgetToken(): Promise<void> {
    await this.write('settings', (table) => table.delete(TOKEN));
  }

  /** Forget the token and every waiting frame: they belong to the pairing. */
  async clear(): Promise<void> {
    await this.forgetToken();
    await this.write('frames', (table) => table.clear());
  }

  async add(image: Blob, metadata: Metadata): Promise<void> {
    await this.write('frames', (table) => table.add({ image, metadata }));
  }

  async oldest(): Promise<QueuedFrame | undefined> {
    const cursor = await this.read('frames', (table) => table.openCursor());
    return cursor?.value as QueuedFrame | undefined;
  }

  count(): Promise<number> {
    return this.read('frames', (table) => table.count());
  }

  async remove(id: number): Promise<void> {
    await this.write('frames', (table) => table.delete(id));
  }

  /** Last of all that wait; one that has been deleted meanwhile stays so. */
  async postpone({ id, image, metadata }: QueuedFrame): Promise<void> {
    await this.write('frames', (table) => {
      const waiting = table.getKey(id);
      waiting.onsuccess = () => {
        if (waiting.result === undefined) return;
        table.delete(id);
        table.add({ image, metadata });
      };
      return waiting;
    });
  }

  private async read<T>(table: string, ask: (table: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    return answer(ask((await this.transaction(table, 'readonly')).objectStore(table)));
  }

  /** A full disk is told only when the transaction ends, after its request has succeeded. */
  private async write(table: string, change: (table: IDBObjectStore) => IDBRequest): Promise<void> {
    const transaction = await this.transaction(table, 'readwrite');
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error('IndexedDB failed'));
      change(transaction.objectStore(table));
    });
  }

  /** A browser may close the database, as Safari does while a page is in the background: it is opened again. */
  private async transaction(table: string, mode: IDBTransactionMode): Promise<IDBTransaction> {
    try {
      return this.database.transaction(table, mode);
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== 'InvalidStateError') throw error;
      this.database = await opened(this.name);
      return this.database.transaction(table, mode);
    }
  }
}

function opened(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore('settings');
    request.result.createObjectStore('frames', { keyPath: 'id', autoIncrement: true });
  };
  return answer(request);
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB failed'));
  });
}
