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
  private constructor(private readonly database: IDBDatabase) {}

  static async open(name = 'hazardmap-drive'): Promise<Store> {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('settings');
      request.result.createObjectStore('frames', { keyPath: 'id', autoIncrement: true });
    };
    return new Store(await answer(request));
  }

  token(): Promise<string | undefined> {
    return answer<string | undefined>(this.read('settings').get(TOKEN));
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
    const cursor = await answer(this.read('frames').openCursor());
    return cursor?.value as QueuedFrame | undefined;
  }

  count(): Promise<number> {
    return answer(this.read('frames').count());
  }

  async remove(id: number): Promise<void> {
    await this.write('frames', (table) => table.delete(id));
  }

  private read(table: string): IDBObjectStore {
    return this.database.transaction(table, 'readonly').objectStore(table);
  }

  /** A full disk is told only when the transaction ends, after its request has succeeded. */
  private write(table: string, change: (table: IDBObjectStore) => IDBRequest): Promise<void> {
    return new Promise((resolve, reject) => {
      const transaction = this.database.transaction(table, 'readwrite');
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error('IndexedDB failed'));
      change(transaction.objectStore(table));
    });
  }
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB failed'));
  });
}
