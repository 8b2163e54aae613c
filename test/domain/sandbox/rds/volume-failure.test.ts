import { expect, test } from 'vitest';
import { isShortOfCapacity, volumeHint } from '../../../../lib/domain/sandbox/rds/volume-failure.ts';

test.each<[string, RegExp]>([
  [
    "ECS was unable to assume the configured ECS Infrastructure Role 'arn:aws:iam::111122223333:role/x'. Please verify that the role being passed has the proper trust relationship with Amazon ECS",
    /Deploy the stack again/,
  ],
  [
    'UnauthorizedOperation: You are not authorized to perform this operation: ec2:CreateVolume',
    /service control/,
  ],
  ['VolumeLimitExceeded: Maximum number of TiB exceeded', /L-7A658B76/],
  [
    'ECS failed to set up the EBS volume. Encountered IdempotentParameterMismatch"; "The client token you have provided is associated with a resource that is already deleted.',
    /default key for EBS/,
  ],
  ['The volume type gp3 is not supported in this Availability Zone', /aws\.availabilityZones/],
  ['ECS timed out while configuring the EBS volume attachment to your Task.', /Start the drill again/],
  ['TaskFailedToStart: something new', /sandbox\.kind: rds/],
])('of %s it is said what mends it', (reason, hint) => {
  expect(volumeHint(reason)).toMatch(hint);
  expect(isShortOfCapacity(reason)).toBe(false);
});

test('a task for which there was no room is worth another try', () => {
  expect(isShortOfCapacity('Capacity is unavailable at this time. Please try again later')).toBe(true);
});
