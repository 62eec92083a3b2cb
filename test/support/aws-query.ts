import { type AutoScalingApi, createAutoScaling } from '../../src/aws/autoscaling.ts';
import { startServer } from './http-server.ts';

/** How the server answers one call: the XML inside the result element, an error, or no answer at all. */
export type Answer = string | { code: string; message: string; status?: number } | 'drop';

export interface QueryServer {
  /** Every call so far: its Action and its parameters. */
  calls: { action: string; params: URLSearchParams }[];
  answers: Record<string, (params: URLSearchParams) => Answer>;
  api: AutoScalingApi;
  close(): Promise<void>;
}

/** A server that speaks the Query protocol of Auto Scaling with canned answers, and the real SDK pointed at it. */
export async function startQueryServer(answers: QueryServer['answers']): Promise<QueryServer> {
  process.env.AWS_ACCESS_KEY_ID = 'test';
  process.env.AWS_SECRET_ACCESS_KEY = 'test';
  const calls: QueryServer['calls'] = [];
  const server = await startServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const params = new URLSearchParams(body);
    const action = params.get('Action') ?? '';
    calls.push({ action, params });
    const answer = current.answers[action]?.(params) ?? { code: 'InvalidAction', message: action };
    if (answer === 'drop') return request.socket.destroy();
    response.setHeader('content-type', 'text/xml');
    if (typeof answer === 'string') {
      const meta = '<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>';
      const xmlns = 'http://autoscaling.amazonaws.com/doc/2011-01-01/';
      response.end(
        `<${action}Response xmlns="${xmlns}"><${action}Result>${answer}</${action}Result>${meta}</${action}Response>`,
      );
    } else {
      response.statusCode = answer.status ?? 400;
      const error = `<Type>Sender</Type><Code>${answer.code}</Code><Message>${answer.message}</Message>`;
      response.end(`<ErrorResponse><Error>${error}</Error><RequestId>r</RequestId></ErrorResponse>`);
    }
  });
  const api = createAutoScaling({ endpoint: server.url, region: 'eu-test-1', requestTimeout: 500 });
  const current: QueryServer = {
    calls,
    answers,
    api,
    async close() {
      api.close();
      await server.close();
    },
  };
  return current;
}

export const members = (...items: string[]): string =>
  items.map((item) => `<member>${item}</member>`).join('');

/** DescribeAutoScalingInstances with one instance of `fleet`. */
export const instanceXml = (id: string, state: string): string =>
  `<AutoScalingInstances>${members(
    `<InstanceId>${id}</InstanceId><AutoScalingGroupName>fleet</AutoScalingGroupName><LifecycleState>${state}</LifecycleState>`,
  )}</AutoScalingInstances>`;

export const noInstanceXml = '<AutoScalingInstances></AutoScalingInstances>';
