'use client';
// Whether changes arrive as they happen, in words and not by colour alone.
import { clsx } from 'clsx';
import { CircleDot, RefreshCw, TimerReset, WifiOff } from 'lucide-react';
import { useConnection } from '../../hooks/use-live.js';
import type { ConnectionState } from '../../live/connection.js';
import { TONE_TEXT, type Tone } from '../states.js';

const FACES: Record<
  ConnectionState,
  { word: string; hint: string; tone: Tone; icon: typeof CircleDot }
> = {
  live: { word: 'Live', hint: 'Changes appear as they happen.', tone: 'good', icon: CircleDot },
  connecting: {
    word: 'Connecting',
    hint: 'Changes do not arrive yet.',
    tone: 'neutral',
    icon: RefreshCw,
  },
  reconnecting: {
    word: 'Reconnecting',
    hint: 'The connection was cut; what was missed comes with the next one.',
    tone: 'warning',
    icon: RefreshCw,
  },
  polling: {
    word: 'Every 15 s',
    hint: 'There is no live connection; everything is read again every 15 seconds.',
    tone: 'warning',
    icon: TimerReset,
  },
  idle: { word: 'Not live', hint: 'Changes are not followed.', tone: 'neutral', icon: WifiOff },
};

export function ConnectionMark({ className }: { className?: string }) {
  const { state } = useConnection();
  const { word, hint, tone, icon: Icon } = FACES[state];
  return (
    <span
      role="status"
      title={hint}
      className={clsx(
        'tenantry tenantry:flex tenantry:items-center tenantry:gap-1.5 tenantry:text-xs tenantry:whitespace-nowrap',
        TONE_TEXT[tone],
        className,
      )}
    >
      <Icon aria-hidden className="tenantry:size-3.5" />
      {word}
    </span>
  );
}
