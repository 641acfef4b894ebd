// The small parts: states in words, sizes against quotas, times by the server's clock, and questions.
import { render, screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { describe, expect, test, vi } from 'vitest';
import { FleetProvider } from '../src/index.js';
import { createFleetClient } from '../src/client/index.js';
import {
  Button,
  ConfirmDialog,
  faceOf,
  Field,
  Input,
  OPERATION_STATES,
  QUOTA_LEVELS,
  RelativeTime,
  SCHEMA_STATES,
  StateBadge,
  StorageBar,
} from '../src/ui/index.js';

describe('states', () => {
  test.each([
    ...Object.keys(SCHEMA_STATES),
    ...Object.keys(OPERATION_STATES),
    ...Object.keys(QUOTA_LEVELS),
  ])('%s has a word, an icon and a colour', (state) => {
    const { container } = render(<StateBadge state={state} />);
    expect(container).toHaveTextContent(faceOf(state).word);
    expect(container.querySelector('svg')).toHaveAttribute('aria-hidden', 'true');
    expect(container.firstElementChild?.className).toMatch(/text-(good|busy|warning|bad|muted)/);
  });

  test('one that a newer server has is shown by its name', () => {
    render(<StateBadge state="hibernating" />);
    expect(screen.getByText('hibernating')).toBeInTheDocument();
  });
});

describe('storage', () => {
  const textOf = (bytes: number | null, quota: number | null) => {
    const { container } = render(<StorageBar bytes={bytes} quota={quota} />);
    const bar = container.querySelector<HTMLElement>('[style]');
    return { text: container.textContent?.replaceAll('\u00a0', ' '), width: bar?.style.width };
  };

  test.each([
    [0, 1024, '0 Bof 1 KiB0%', '0%'],
    [512, 1024, '512 Bof 1 KiB50%', '50%'],
    [4096, 1024, '4 KiBof 1 KiB400%', '100%'],
    [1, 0, '1 Bof 0 B999%', '100%'],
    [0, 0, '0 Bof 0 B100%', '100%'],
    [2 ** 63, 2 ** 63, '8 EiBof 8 EiB100%', '100%'],
    [2048, null, '2 KiB', undefined],
    [null, 1024, 'not measuredof 1 KiB', undefined],
  ])('%d of %d', (bytes, quota, text, width) => {
    expect(textOf(bytes, quota)).toEqual({ text, width });
  });
});

describe('times', () => {
  test('are by the server’s clock, when this machine’s is an hour off', async () => {
    const serverNow = Date.now() - 3_600_000;
    const client = createFleetClient({
      baseUrl: 'http://tenantry.test',
      fetch: async () =>
        Response.json({}, { headers: { date: new Date(serverNow).toUTCString() } }),
    });
    await client.whoami();
    const at = new Date(serverNow - 5 * 60_000).toISOString();
    render(
      <FleetProvider client={client} live={false}>
        <RelativeTime at={at} />
      </FleetProvider>,
    );
    const time = screen.getByText(/min\. ago/);
    expect(time).toHaveTextContent(/^[45] min\. ago$/);
    expect(time).toHaveAttribute('datetime', at);
  });
});

describe('buttons and fields', () => {
  test('a button that is pending keeps its label and does nothing', async () => {
    const onClick = vi.fn();
    render(
      <Button pending onClick={onClick}>
        Back up
      </Button>,
    );
    const button = screen.getByRole('button', { name: 'Back up' });
    expect(button).toHaveAttribute('aria-busy', 'true');
    await userEvent.click(button);
    expect(onClick).not.toHaveBeenCalled();
  });

  test('a button that may not be used can be reached, and says why', async () => {
    const onClick = vi.fn();
    render(
      <Button disabledReason="Your role is viewer." onClick={onClick}>
        Drop
      </Button>,
    );
    await userEvent.tab();
    expect(screen.getByRole('button')).toHaveFocus();
    expect(screen.getByRole('button')).toHaveAttribute('title', 'Your role is viewer.');
    await userEvent.keyboard('{Enter}');
    expect(onClick).not.toHaveBeenCalled();
  });

  test('a field ties label, help and error to its control', () => {
    render(
      <Field label="Name" help="Lower case." error="It is taken.">
        <Input />
      </Field>,
    );
    const input = screen.getByLabelText('Name');
    expect(input).toBeInvalid();
    expect(input).toHaveAccessibleDescription('Lower case. It is taken.');
  });
});

describe('questions', () => {
  const question = (props: Partial<Parameters<typeof ConfirmDialog>[0]>) => (
    <ConfirmDialog
      open
      onOpenChange={() => undefined}
      title="Suspend oak?"
      verb="Suspend schema"
      onConfirm={() => undefined}
      {...props}
    >
      It is shut out.
    </ConfirmDialog>
  );

  test('without a name to type the focus is on Cancel, and Enter cancels', async () => {
    const onConfirm = vi.fn();
    const onOpenChange = vi.fn();
    render(question({ onConfirm, onOpenChange }));
    expect(screen.getByRole('alertdialog')).toHaveAccessibleDescription('It is shut out.');
    await waitFor(() => expect(screen.getByRole('button', { name: 'Cancel' })).toHaveFocus());
    await userEvent.keyboard('{Enter}');
    expect(onConfirm).not.toHaveBeenCalled();
    expect(onOpenChange.mock.calls[0]?.[0]).toBe(false);
  });

  test('while it is pending a second Enter asks for nothing', async () => {
    const onConfirm = vi.fn();
    render(question({ expected: 'oak', pending: true, onConfirm }));
    await userEvent.type(screen.getByRole('textbox'), 'oak{Enter}');
    expect(onConfirm).not.toHaveBeenCalled();
  });

  test.each(['Oak', 'oak wood', 'оak', 'oak\u200b', ''])('%j is not oak', async (typed) => {
    const onConfirm = vi.fn();
    render(question({ expected: 'oak', onConfirm }));
    const input = screen.getByRole('textbox');
    await userEvent.click(input);
    await userEvent.paste(typed);
    await userEvent.keyboard('{Enter}');
    expect(onConfirm).not.toHaveBeenCalled();
    expect(screen.getByRole('button', { name: 'Suspend schema' })).toBeDisabled();
  });
});
