// `@tenantry/react/ui`: the components. Their looks are in `@tenantry/react/styles.css`.
export { Button, IconButton, type ButtonProps, type IconButtonProps } from './primitives/button.js';
export { Badge, StateBadge, type BadgeProps, type StateBadgeProps } from './primitives/badge.js';
export { ConfirmDialog, type ConfirmDialogProps } from './primitives/confirm-dialog.js';
export { Dialog, Sheet, type DialogProps } from './primitives/dialog.js';
export { EmptyState, type EmptyStateProps } from './primitives/empty-state.js';
export { ErrorState, type ErrorStateProps } from './primitives/error-state.js';
export {
  Checkbox,
  Field,
  Input,
  Select,
  Textarea,
  type CheckboxProps,
  type FieldProps,
} from './primitives/field.js';
export {
  Menu,
  MenuItem,
  MenuSeparator,
  type MenuItemProps,
  type MenuProps,
} from './primitives/menu.js';
export { RelativeTime, type RelativeTimeProps } from './primitives/relative-time.js';
export { Skeleton } from './primitives/skeleton.js';
export { StorageBar, type StorageBarProps } from './primitives/storage-bar.js';
export { Tab, TabList, TabPanel, Tabs } from './primitives/tabs.js';
export { Toaster, toast } from './primitives/toast.js';
export { Tooltip, type TooltipProps } from './primitives/tooltip.js';
export { BulkBar } from './schemas/bulk-bar.js';
export { ConnectionMark } from './schemas/connection-mark.js';
export { CreateSheet, type CreateSheetProps } from './schemas/create-sheet.js';
export { FleetOperations } from './schemas/fleet-operations.js';
export { QuotaDialog, type QuotaDialogProps } from './schemas/quota-dialog.js';
export {
  type QuestionVerb,
  SchemaQuestion,
  type SchemaQuestionProps,
} from './schemas/questions.js';
export { RestoreSheet, type RestoreSheetProps } from './schemas/restore-sheet.js';
export { RowMenu, type RowMenuProps, SchemaMenuItems } from './schemas/row-menu.js';
export { LastBackup, SchemaCondition, SchemaNames, SchemaVersion } from './schemas/schema-facts.js';
export { SchemaManagement, type SchemaManagementProps } from './schemas/schema-management.js';
export { SchemaTable, type SchemaTableProps } from './schemas/schema-table.js';
export { SchemaToolbar, type SchemaToolbarProps } from './schemas/schema-toolbar.js';
export {
  faceOf,
  OPERATION_STATES,
  QUOTA_LEVELS,
  SCHEMA_STATES,
  type StateFace,
  type Tone,
  TONE_BADGE,
  TONE_BAR,
  TONE_TEXT,
} from './states.js';
export {
  formatBytes,
  MOST_BYTES,
  parseBytes,
  quotaShare,
  type ParsedBytes,
} from '../values/bytes.js';
export { LONGEST_SLUG, slugProblem, suggestSlug } from '../values/slug.js';
export { numberFormat } from '../values/formats.js';
export { formatDuration, formatInstant, formatRelative } from '../values/times.js';
export { isOver, operationWords } from '../values/operation-words.js';
