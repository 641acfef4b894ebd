// Telling people through what a host has: the adapters fit the real things, and say how long and how loud.
import { Toast } from '@base-ui/react/toast';
import { toast as sonner } from 'sonner';
import { expect, test, vi } from 'vitest';
import { notifyWithBaseUi, notifyWithSonner } from '../src/index.js';

test('the adapters take sonner’s own toast and a manager of Base UI', () => {
  expect(notifyWithSonner(sonner)).toHaveProperty('success');
  expect(notifyWithBaseUi(Toast.createToastManager())).toHaveProperty('success');
});

test('with sonner a success goes within five seconds, and an error stays', () => {
  const show = { success: vi.fn(), error: vi.fn(), info: vi.fn(), loading: vi.fn(() => 7) };
  const notify = notifyWithSonner(show);
  const run = () => undefined;
  notify.success({ title: 'Dropped oak', action: { label: 'Undo', run } });
  notify.error({ title: 'Failed', description: 'Why' });
  expect(show.success).toHaveBeenCalledWith('Dropped oak', {
    duration: 5000,
    action: { label: 'Undo', onClick: run },
  });
  expect(show.error).toHaveBeenCalledWith('Failed', {
    duration: Number.POSITIVE_INFINITY,
    description: 'Why',
  });
});

test('with Base UI an error is urgent and stays', () => {
  const add = vi.fn(() => 'id');
  const notify = notifyWithBaseUi({ add });
  notify.error({ title: 'Failed' });
  expect(add).toHaveBeenCalledWith({
    type: 'error',
    title: 'Failed',
    timeout: 0,
    priority: 'high',
  });
});

test('a promise is one notice from its beginning to its end', async () => {
  const add = vi.fn((_options: object) => 'id');
  const notify = notifyWithBaseUi({ add });
  const notices = {
    pending: { title: 'Importing' },
    success: (rows: number) => ({ title: `${rows} imported` }),
    error: () => ({ title: 'Not imported' }),
  };
  notify.promise(Promise.resolve(3), notices);
  notify.promise(Promise.reject(new Error('no')), notices);
  await vi.waitFor(() => expect(add).toHaveBeenCalledTimes(4));
  expect(add).toHaveBeenCalledWith(expect.objectContaining({ title: '3 imported', id: 'id' }));
  expect(add).toHaveBeenCalledWith(expect.objectContaining({ title: 'Not imported', timeout: 0 }));
});
