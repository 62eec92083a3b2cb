import { describe, expect, test } from 'vitest';
import { startServer } from '../../support/http-server.ts';
import type { Clients } from './moto-tests.ts';

const NAMESPACE = 'http://autoscaling.amazonaws.com/doc/2011-01-01/';

const answerOf = (operation: string, result: string): string =>
  `<${operation}Response xmlns="${NAMESPACE}"><${operation}Result>${result}</${operation}Result>` +
  `<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></${operation}Response>`;

const instance = (state: string, more = ''): string =>
  '<AutoScalingInstances><member><InstanceId>i-1</InstanceId><AutoScalingGroupName>fleet</AutoScalingGroupName>' +
  '<AvailabilityZone>z</AvailabilityZone><HealthStatus>HEALTHY</HealthStatus>' +
  `<LifecycleState>${state}</LifecycleState>${more}</member></AutoScalingInstances>`;

const PROTECTED = '<ProtectedFromScaleIn>false</ProtectedFromScaleIn>';

/** The check of the models itself: what boto3 forgives is named. */
export function modelTests(clients: () => Clients): void {
  const problemsOf = async (operation: string, status: number, body: string, params = {}) => {
    const server = await startServer((request, response) => {
      request.resume();
      response.writeHead(status, { 'content-type': 'text/xml' }).end(body);
    });
    try {
      const told = await clients().boto3.call(server.url, { service: 'autoscaling', operation, params });
      return told.problems;
    } finally {
      await server.close();
    }
  };
  const OP = 'DescribeAutoScalingInstances';

  describe('the check of an answer against its model', () => {
    test.each<[string, string, string[]]>([
      ['nothing', answerOf(OP, instance('InService', PROTECTED)), []],
      [
        'a required member that is absent',
        answerOf(OP, instance('InService')),
        [`${OP}.AutoScalingInstances[].ProtectedFromScaleIn: required, and absent`],
      ],
      [
        'a member that the model does not have',
        answerOf(OP, instance('InService', `${PROTECTED}<Mood>good</Mood>`)),
        [`${OP}.AutoScalingInstances[].Mood: the model has no such member`],
      ],
      [
        'a value of another type',
        answerOf(OP, instance('InService', '<ProtectedFromScaleIn>no</ProtectedFromScaleIn>')),
        [`${OP}.AutoScalingInstances[].ProtectedFromScaleIn: 'no' is no boolean`],
      ],
      [
        'another namespace',
        answerOf(OP, '<AutoScalingInstances/>').replace(NAMESPACE, 'urn:other'),
        [`the answer's namespace is not ${NAMESPACE}`],
      ],
    ])('names %s', async (_, body, problems) => {
      expect(await problemsOf(OP, 200, body)).toEqual(problems);
    });

    test('names a word that is none of an enumeration', async () => {
      const hold = (health: string) =>
        `<AutoScalingGroups><member><Instances><member><LifecycleState>${health}</LifecycleState></member></Instances></member></AutoScalingGroups>`;
      const problems = await problemsOf(
        'DescribeAutoScalingGroups',
        200,
        answerOf('DescribeAutoScalingGroups', hold('Asleep')),
      );
      expect(problems).toContainEqual(
        expect.stringContaining("LifecycleState: 'Asleep' is none of Pending, "),
      );
    });

    test('names an error that the operation does not have, and a status that is not its own', async () => {
      const error = (code: string) =>
        `<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>Sender</Type><Code>${code}</Code><Message>m</Message></Error>` +
        '<RequestId>r</RequestId></ErrorResponse>';
      expect(await problemsOf(OP, 400, error('OutOfLuck'))).toEqual([
        `the model has no error OutOfLuck for ${OP}`,
      ]);
      expect(await problemsOf('SetDesiredCapacity', 400, error('ResourceContention'))).toEqual([
        'ResourceContention has status 400, and should have 500',
      ]);
    });
  });
}
