import { byId, setText } from './element.ts';

/** What can be done to one instance of the sandbox. */
export type Deed = 'interruption' | 'rebalance' | 'terminate' | 'kill';

/** Does it, and says how that went. */
export async function control(deed: Deed, id: string): Promise<void> {
  const bodies: Record<Deed, object> = {
    interruption: { inSeconds: 120 },
    rebalance: {},
    terminate: { decrement: false },
    kill: {},
  };
  const said: Record<Deed, string> = {
    interruption: `Spot notice sent to ${id}: EC2 takes it in 120 s`,
    rebalance: `rebalance recommendation sent to ${id}`,
    terminate: `the group is asked to terminate ${id}`,
    kill: `the agent of ${id} is killed; it is started again in a moment`,
  };
  await post(`instances/${encodeURIComponent(id)}/${deed}`, bodies[deed], said[deed]);
}

/** Makes the forms of the sandbox work. */
export function prepareForms(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-control]')) {
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const { values, number } = fieldsOf(form);
      if (form.dataset.control === 'jobs') {
        void post(
          'jobs',
          { count: number('count'), seconds: number('seconds') },
          `${number('count')} jobs added`,
        );
      } else if (form.dataset.control === 'group') {
        void post(
          'group',
          { desired: number('desired') },
          `desired capacity ${number('desired')} asked for; the group keeps to its limits`,
        );
      } else {
        const fault = { service: values.service, operation: '*', kind: values.kind, times: number('times') };
        void post('faults', fault, `the next ${fault.times} calls of ${fault.service} meet: ${fault.kind}`);
      }
    });
    form.querySelector('[data-clear]')?.addEventListener('click', () => {
      void post('faults/clear', {}, 'no faults any more');
    });
  }
}

function fieldsOf(form: HTMLFormElement) {
  const values = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
  return { values, number: (name: string) => Number(values[name]) };
}

async function post(path: string, body: object, said: string): Promise<void> {
  try {
    const response = await fetch(`/control/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const { message } = (await response.json()) as { message?: string };
    setText(byId('answer'), response.ok ? said : `refused: ${message}`);
  } catch {
    setText(byId('answer'), 'the sandbox does not answer');
  }
}
