// The form of a schedule: what it does, when, in whose time, and how the work is spread.
import { useState } from 'react';
import type {
  MissedPolicy,
  ScheduleBody,
  ScheduleKind,
  ScheduleSettingsPatch,
} from '@tenantry/react/client';
import { Button, ErrorState, Field, Input, Select, Sheet } from '@tenantry/react/ui';
import { useAction } from '@/lib/action';
import { client } from '@/lib/fleet';

interface ScheduleSheetProps {
  edited: ScheduleBody | 'new' | undefined;
  onClose: () => void;
}

export function ScheduleSheet({ edited, onClose }: ScheduleSheetProps) {
  const title = edited === 'new' || !edited ? 'New schedule' : `Schedule “${edited.name}”`;
  return (
    <Sheet open={edited !== undefined} onOpenChange={(open) => !open && onClose()} title={title}>
      {edited && <Fields edited={edited} onDone={onClose} />}
    </Sheet>
  );
}

interface Typed {
  name: string;
  kind: ScheduleKind;
  cron: string;
  timeZone: string;
  missed: MissedPolicy;
  withinMinutes: string;
  jitterMinutes: string;
  notAfter: string;
  atOnce: string;
}

function typedOf(edited: ScheduleBody | 'new'): Typed {
  const old = edited === 'new' ? undefined : edited;
  const settings = old?.settings;
  return {
    name: old?.name ?? '',
    kind: old?.kind ?? 'backup',
    cron: settings?.cron ?? '30 2 * * *',
    timeZone: settings?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    missed: settings?.missed ?? 'once',
    withinMinutes: String((settings?.withinSeconds ?? 3600) / 60),
    jitterMinutes: String((settings?.jitterSeconds ?? 0) / 60),
    notAfter: settings?.notAfter ?? '',
    atOnce: settings?.atOnce ? String(settings.atOnce) : '',
  };
}

function settingsOf(typed: Typed) {
  return {
    cron: typed.cron.trim(),
    timeZone: typed.timeZone.trim(),
    missed: typed.missed,
    jitterSeconds: Math.round(Number(typed.jitterMinutes) * 60),
    withinSeconds: typed.missed === 'within' ? Math.round(Number(typed.withinMinutes) * 60) : null,
    notAfter: typed.notAfter || null,
    atOnce: typed.atOnce ? Number(typed.atOnce) : null,
  } satisfies ScheduleSettingsPatch;
}

const patternHelp =
  'Minute, hour, day of the month, month, day of the week. “30 2 * * *” is half past two each night.';

function Fields({ edited, onDone }: { edited: ScheduleBody | 'new'; onDone: () => void }) {
  const [typed, setTyped] = useState(() => typedOf(edited));
  const set = (change: Partial<Typed>) => setTyped((old) => ({ ...old, ...change }));
  const save = useAction({
    run: (_: void, headers) => {
      const settings = settingsOf(typed);
      return edited === 'new'
        ? client.createSchedule({
            headers,
            body: { name: typed.name.trim(), kind: typed.kind, settings },
          })
        : client.patchSchedule({ path: { name: edited.name }, headers, body: { settings } });
    },
    done: (made) => `“${made.name}” is due ${made.next?.local ?? 'never'}`,
    onDone,
    errors: 'form',
  });
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        save.start();
      }}
    >
      {edited === 'new' && (
        <>
          <Field label="Name" help="Lower-case letters, digits, _ and -; a letter first.">
            <Input
              value={typed.name}
              required
              pattern="[a-z][a-z0-9_\-]{0,38}"
              autoComplete="off"
              onChange={(event) => set({ name: event.target.value })}
            />
          </Field>
          <Field label="What it does">
            <Select
              value={typed.kind}
              onChange={(event) => set({ kind: event.target.value as ScheduleKind })}
            >
              <option value="backup">Back up every institution</option>
              <option value="verify">Verify the newest backups</option>
              <option value="prune">Apply retention</option>
            </Select>
          </Field>
        </>
      )}
      <Field label="When" help={patternHelp}>
        <Input
          value={typed.cron}
          required
          className="font-mono"
          onChange={(event) => set({ cron: event.target.value })}
        />
      </Field>
      <Field label="Time zone" help="By its IANA name, such as Europe/Berlin.">
        <Input
          value={typed.timeZone}
          required
          onChange={(event) => set({ timeZone: event.target.value })}
        />
      </Field>
      <Field label="If no server was there in time">
        <Select
          value={typed.missed}
          onChange={(event) => set({ missed: event.target.value as MissedPolicy })}
        >
          <option value="once">Do it once, however late</option>
          <option value="within">Do it if it is not too late</option>
          <option value="skip">Leave it out</option>
        </Select>
      </Field>
      {typed.missed === 'within' && (
        <Field label="At most so many minutes late">
          <Input
            type="number"
            min={1}
            required
            value={typed.withinMinutes}
            onChange={(event) => set({ withinMinutes: event.target.value })}
          />
        </Field>
      )}
      <Field
        label="Spread over minutes"
        help="The institutions’ work of a slot is begun over so long a time."
      >
        <Input
          type="number"
          min={0}
          value={typed.jitterMinutes}
          onChange={(event) => set({ jitterMinutes: event.target.value })}
        />
      </Field>
      <Field
        label="Begin nothing after"
        help="Local time; what is left waits for the next slot."
        optional
      >
        <Input
          type="time"
          value={typed.notAfter}
          onChange={(event) => set({ notAfter: event.target.value })}
        />
      </Field>
      <Field label="Institutions at a time" optional>
        <Input
          type="number"
          min={1}
          value={typed.atOnce}
          onChange={(event) => set({ atOnce: event.target.value })}
        />
      </Field>
      {save.error && <ErrorState error={save.error} inline />}
      <div className="flex justify-end">
        <Button type="submit" variant="primary" pending={save.isPending}>
          {edited === 'new' ? 'Make schedule' : 'Change schedule'}
        </Button>
      </div>
    </form>
  );
}
