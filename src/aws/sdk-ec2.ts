/** The part of the AWS SDK for EC2 that Drover uses; apart from the rest, since agents never load it. */
export { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
