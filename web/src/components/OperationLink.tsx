// An operation's name as a link to its page.
import { Link } from '@tanstack/react-router';
import { operationWords } from '@tenantry/react/ui';

export function OperationLink({ id, children }: { id: string; children: string }) {
  return (
    <Link
      to="/operations/$id"
      params={{ id }}
      className="font-medium underline-offset-4 hover:underline"
    >
      {operationWords(children).name}
    </Link>
  );
}
