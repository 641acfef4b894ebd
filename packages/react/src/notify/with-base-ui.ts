// Notices shown by a toast manager of Base UI: the host's own, or the one behind our `Toaster`.
import type { Notice, Notify } from './notify.js';

interface BaseUiOptions {
  id?: string;
  type?: string;
  title?: string;
  description?: string;
  timeout?: number;
  priority?: 'low' | 'high';
  actionProps?: { children: string; onClick: () => void };
}

/** The part of Base UI's toast manager that is used. */
export interface BaseUiToastManager {
  add: (options: BaseUiOptions) => string;
}

/** `notify={notifyWithBaseUi(manager)}`, where `manager` is from `Toast.createToastManager()`. */
export function notifyWithBaseUi(manager: BaseUiToastManager): Notify {
  return {
    success: (notice) => void manager.add(optionsOf(notice, 'success')),
    error: (notice) => void manager.add(optionsOf(notice, 'error')),
    info: (notice) => void manager.add(optionsOf(notice, 'info')),
    promise: (promise, notices) => {
      const id = manager.add({ ...optionsOf(notices.pending, 'pending'), timeout: 0 });
      promise.then(
        (value) => manager.add({ ...optionsOf(notices.success(value), 'success'), id }),
        (error: unknown) => manager.add({ ...optionsOf(notices.error(error), 'error'), id }),
      );
    },
  };
}

function optionsOf(notice: Notice, type: string): BaseUiOptions {
  const options: BaseUiOptions = {
    type,
    title: notice.title,
    timeout: type === 'error' ? 0 : 5000,
    priority: type === 'error' ? 'high' : 'low',
  };
  if (notice.description !== undefined) options.description = notice.description;
  if (notice.action !== undefined) {
    options.actionProps = { children: notice.action.label, onClick: notice.action.run };
  }
  return options;
}
