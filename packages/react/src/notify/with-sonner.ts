// Notices shown by sonner, for hosts that have it.
import type { Notice, Notify } from './notify.js';

interface SonnerOptions {
  id?: string | number;
  description?: string;
  duration?: number;
  action?: { label: string; onClick: () => void };
}

type SonnerShow = (title: string, options?: SonnerOptions) => string | number;

/** The part of sonner's `toast` that is used. */
export interface SonnerToast {
  success: SonnerShow;
  error: SonnerShow;
  info: SonnerShow;
  loading: SonnerShow;
}

/** `notify={notifyWithSonner(toast)}`, where `toast` is sonner's. */
export function notifyWithSonner(toast: SonnerToast): Notify {
  return {
    success: (notice) => void toast.success(notice.title, optionsOf(notice, 5000)),
    error: (notice) => void toast.error(notice.title, optionsOf(notice, Number.POSITIVE_INFINITY)),
    info: (notice) => void toast.info(notice.title, optionsOf(notice, 5000)),
    promise: (promise, notices) => {
      const id = toast.loading(notices.pending.title, optionsOf(notices.pending));
      promise.then(
        (value) => {
          const notice = notices.success(value);
          toast.success(notice.title, { ...optionsOf(notice, 5000), id });
        },
        (error: unknown) => {
          const notice = notices.error(error);
          toast.error(notice.title, { ...optionsOf(notice, Number.POSITIVE_INFINITY), id });
        },
      );
    },
  };
}

function optionsOf(notice: Notice, duration?: number): SonnerOptions {
  const options: SonnerOptions = {};
  if (duration !== undefined) options.duration = duration;
  if (notice.description !== undefined) options.description = notice.description;
  if (notice.action !== undefined) {
    options.action = { label: notice.action.label, onClick: notice.action.run };
  }
  return options;
}
