import type { Hello, Message } from '../messages.ts';

/** From a refused connection to the next try (ms). */
const AGAIN = 2_000;

export interface Listener {
  hello(hello: Hello): void;
  message(message: Message): void;
  /** How the connection stands, in words. */
  link(text: string): void;
}

/** Listens to the server's events for as long as the page is open, and goes on where it was cut off. */
export function listen(listener: Listener, lastId = ''): void {
  let id = lastId;
  const source = new EventSource(id === '' ? '/events' : `/events?after=${encodeURIComponent(id)}`);
  source.addEventListener('open', () => listener.link('live'));
  source.addEventListener('hello', (event) => {
    id = event.lastEventId;
    listener.hello(JSON.parse(event.data) as Hello);
  });
  for (const type of ['step', 'play', 'world', 'told'] satisfies Array<Message['type']>) {
    source.addEventListener(type, (event) => {
      id = event.lastEventId;
      listener.message(JSON.parse(event.data) as Message);
    });
  }
  source.addEventListener('error', () => {
    listener.link('reconnecting');
    // The browser comes back by itself from a lost connection, not from a refusal.
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(() => listen(listener, id), AGAIN);
  });
}
