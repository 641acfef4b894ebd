// What the overview reads.
import { facetsOptions, operationsOptions } from '@tenantry/react';
import {
  client,
  findings,
  fleetUsage,
  fleetUsageHistory,
  freshness,
  operationHistory,
  schedules,
} from '@/lib/fleet';

export const fleet = {
  facets: facetsOptions(client),
  usage: fleetUsage(5),
  usageHistory: fleetUsageHistory(),
  freshness: freshness(),
  findings: findings(),
  schedules: schedules(),
  history: operationHistory(),
  failed: operationsOptions(client, { states: ['failed', 'stuck'], limit: 5 }),
  active: operationsOptions(client, { states: ['queued', 'running', 'waiting'], limit: 5 }),
};
