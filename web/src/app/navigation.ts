// The places of the console: what the side bar, the palette and the chords of keys are made of.
import {
  Activity,
  Archive,
  Building2,
  FileClock,
  Gauge,
  KeyRound,
  LayoutTemplate,
  PackagePlus,
  Settings,
  Stethoscope,
  type LucideIcon,
} from 'lucide-react';

export interface Place {
  to:
    | '/'
    | '/schemas'
    | '/operations'
    | '/backups'
    | '/templates'
    | '/findings'
    | '/audit'
    | '/tokens'
    | '/settings'
    | '/adoption';
  label: string;
  icon: LucideIcon;
  /** The second key after `g`. */
  key: string;
  /** What it is for, as the palette says it. */
  about: string;
  needsAdmin?: true;
}

export const places: readonly { group: string; places: readonly Place[] }[] = [
  {
    group: 'Fleet',
    places: [
      { to: '/', label: 'Overview', icon: Gauge, key: 'h', about: 'The whole fleet at a glance' },
      {
        to: '/schemas',
        label: 'Schemas',
        icon: Building2,
        key: 's',
        about: 'Every institution and its schema',
      },
      {
        to: '/operations',
        label: 'Operations',
        icon: Activity,
        key: 'o',
        about: 'What runs, ran and failed',
      },
      {
        to: '/backups',
        label: 'Backups',
        icon: Archive,
        key: 'b',
        about: 'Backups, drills, retention and schedules',
      },
    ],
  },
  {
    group: 'Foundations',
    places: [
      {
        to: '/templates',
        label: 'Templates',
        icon: LayoutTemplate,
        key: 't',
        about: 'What new schemas are made from',
      },
      {
        to: '/findings',
        label: 'Findings',
        icon: Stethoscope,
        key: 'f',
        about: 'What the doctor found',
      },
      {
        to: '/adoption',
        label: 'Adoption',
        icon: PackagePlus,
        key: 'd',
        about: 'Take over schemas that are there already',
        needsAdmin: true,
      },
    ],
  },
  {
    group: 'Access',
    places: [
      {
        to: '/audit',
        label: 'Audit',
        icon: FileClock,
        key: 'a',
        about: 'Who did what, and when',
        needsAdmin: true,
      },
      {
        to: '/tokens',
        label: 'Tokens',
        icon: KeyRound,
        key: 'k',
        about: 'Who may come in',
        needsAdmin: true,
      },
      {
        to: '/settings',
        label: 'Settings',
        icon: Settings,
        key: 'e',
        about: 'Plans, appearance, keyboard, about',
      },
    ],
  },
];

export const allPlaces: readonly Place[] = places.flatMap((group) => group.places);
