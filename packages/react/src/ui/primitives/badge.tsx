'use client';
// A word in a coloured field, and the same for states: icon, text and colour together.
import { clsx } from 'clsx';
import type { ComponentProps } from 'react';
import { faceOf, TONE_BADGE, type Tone } from '../states.js';

export interface BadgeProps extends ComponentProps<'span'> {
  tone?: Tone;
}

/** A word in a coloured field. */
export function Badge({ tone = 'neutral', className, ...rest }: BadgeProps) {
  return (
    <span
      className={clsx(
        'tenantry tenantry:inline-flex tenantry:h-5 tenantry:max-w-full tenantry:items-center tenantry:gap-1 tenantry:rounded-sm tenantry:px-1.5',
        'tenantry:text-xs tenantry:font-medium tenantry:whitespace-nowrap tenantry:[&_svg]:size-3',
        'tenantry:forced-colors:border',
        TONE_BADGE[tone],
        className,
      )}
      {...rest}
    />
  );
}

export interface StateBadgeProps extends Omit<BadgeProps, 'tone' | 'children'> {
  /** The state of a schema or an operation, or the level of a quota. */
  state: string;
  /** Another word for it, such as what is being done. */
  word?: string;
}

/** A state as icon, text and colour. */
export function StateBadge({ state, word, ...rest }: StateBadgeProps) {
  const face = faceOf(state);
  const Icon = face.icon;
  return (
    <Badge tone={face.tone} {...rest}>
      <Icon
        aria-hidden
        className={
          face.turns === true
            ? 'tenantry:animate-spin tenantry:motion-reduce:animate-none'
            : undefined
        }
      />
      <span className="tenantry:truncate">{word ?? face.word}</span>
    </Badge>
  );
}
