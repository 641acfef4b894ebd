// An institution's name as a link to its page; a dash for what belongs to the whole fleet.
import { Link } from '@tanstack/react-router';

export function SchemaLink({ name }: { name: string | null | undefined }) {
  if (!name) return <span className="text-muted-foreground">Whole fleet</span>;
  return (
    <Link
      to="/schemas/$name/{-$section}"
      params={{ name, section: undefined }}
      className="font-medium underline-offset-4 hover:underline"
    >
      {name}
    </Link>
  );
}
