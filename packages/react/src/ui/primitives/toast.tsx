'use client';
// Short messages at the corner of the page. `toast` tells one from anywhere; `Toaster` shows them.
import { Toast as Base } from '@base-ui/react/toast';
import { clsx } from 'clsx';
import { X } from 'lucide-react';
import type { Notify } from '../../notify/notify.js';
import { notifyWithBaseUi } from '../../notify/with-base-ui.js';
import { faceOf, TONE_TEXT } from '../states.js';
import { IconButton } from './button.js';

const manager = Base.createToastManager();

/** `toast.success({ title })`, and so on; also fit as the `notify` of a `FleetProvider`. */
export const toast: Notify = notifyWithBaseUi(manager);

const STATE_OF_TYPE: Record<string, string> = {
  success: 'succeeded',
  error: 'failed',
  pending: 'running',
};

/** Shows what `toast` is told. One per page. */
export function Toaster() {
  return (
    <Base.Provider toastManager={manager} limit={4}>
      <Base.Portal>
        <Base.Viewport className="tenantry tenantry:fixed tenantry:end-4 tenantry:bottom-4 tenantry:z-60 tenantry:flex tenantry:w-[calc(100vw-2rem)] tenantry:max-w-sm tenantry:flex-col-reverse tenantry:gap-2 tenantry:outline-none">
          <Toasts />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  );
}

function Toasts() {
  const { toasts } = Base.useToastManager();
  return toasts.map((each) => {
    const face = faceOf(STATE_OF_TYPE[each.type ?? ''] ?? 'ok');
    const Icon = face.icon;
    return (
      <Base.Root
        key={each.id}
        toast={each}
        swipeDirection={['right', 'down']}
        className={clsx(
          'tenantry:rounded-md tenantry:border tenantry:border-border tenantry:bg-popover tenantry:text-sm tenantry:text-popover-foreground tenantry:shadow-lg',
          'tenantry:transition tenantry:duration-150 tenantry:data-ending-style:opacity-0 tenantry:data-starting-style:translate-y-2 tenantry:data-starting-style:opacity-0 tenantry:data-limited:hidden',
        )}
      >
        <Base.Content className="tenantry:flex tenantry:items-start tenantry:gap-2.5 tenantry:p-3">
          <Icon
            aria-hidden
            className={clsx(
              'tenantry:mt-0.5 tenantry:size-4',
              TONE_TEXT[face.tone],
              face.turns === true && 'tenantry:animate-spin',
            )}
          />
          <div className="tenantry:flex tenantry:min-w-0 tenantry:flex-1 tenantry:flex-col tenantry:gap-0.5">
            <Base.Title className="tenantry:font-medium tenantry:break-words" render={<p />} />
            <Base.Description className="tenantry:break-words tenantry:text-muted-foreground" />
            <Base.Action className="tenantry:mt-1 tenantry:h-6 tenantry:cursor-pointer tenantry:self-start tenantry:rounded-sm tenantry:font-medium tenantry:text-foreground tenantry:underline tenantry:underline-offset-2 tenantry:outline-none tenantry:focus-visible:ring-2 tenantry:focus-visible:ring-ring" />
          </div>
          <Base.Close
            render={
              <IconButton label="Close" size="icon-sm" className="tenantry:-me-1 tenantry:-mt-1">
                <X />
              </IconButton>
            }
          />
        </Base.Content>
      </Base.Root>
    );
  });
}
