// Whether what is shown changes by itself: over the stream of events, by asking now and then, or not at all.
import { useConnection } from '@tenantry/react';

const faces = {
  live: { text: 'Live', dot: 'bg-good', about: 'Changes are shown as they happen.' },
  connecting: {
    text: 'Connecting',
    dot: 'bg-muted-foreground',
    about: 'The stream of events is being opened.',
  },
  reconnecting: {
    text: 'Reconnecting',
    dot: 'bg-warning',
    about: 'The stream was cut; what was missed is fetched.',
  },
  polling: {
    text: 'Every 15 s',
    dot: 'bg-warning',
    about: 'The stream cannot be had; the lists are read every 15 s.',
  },
  offline: {
    text: 'Offline',
    dot: 'bg-bad',
    about: 'The server does not answer; what is shown may be old.',
  },
};

export function ConnectionNote() {
  const { state } = useConnection();
  const face = faces[state as keyof typeof faces] ?? faces.connecting;
  return (
    <span
      role="status"
      title={face.about}
      className="inline-flex h-7 items-center gap-1.5 rounded-full px-2 text-xs text-muted-foreground"
    >
      <span aria-hidden="true" className={`size-1.5 rounded-full ${face.dot}`} />
      {face.text}
    </span>
  );
}
