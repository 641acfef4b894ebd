'use client';
// How much of its quota a schema uses: a bar, and the same in words.
import { clsx } from 'clsx';
import type { QuotaLevel } from '../../client/index.js';
import { formatBytes, quotaShare } from '../../values/bytes.js';
import { numberFormat } from '../../values/formats.js';
import { QUOTA_LEVELS, TONE_BAR, TONE_TEXT } from '../states.js';

export interface StorageBarProps {
  /** Bytes used; null when they were never measured. */
  bytes: number | null | undefined;
  /** Bytes that may be used; null for no limit. */
  quota: number | null | undefined;
  level?: QuotaLevel;
  locale?: string;
  className?: string;
}

/** A bar of used against allowed bytes. The words carry everything; the bar is for the eye. */
export function StorageBar({
  bytes,
  quota,
  level = 'ok',
  locale = 'en',
  className,
}: StorageBarProps) {
  const share = quotaShare(bytes, quota);
  const tone = QUOTA_LEVELS[level].tone;
  const percent = share === null ? null : Math.min(share, 9.99);
  return (
    <div
      className={clsx(
        'tenantry tenantry:flex tenantry:min-w-0 tenantry:flex-col tenantry:gap-1',
        className,
      )}
    >
      <div className="tenantry:flex tenantry:items-baseline tenantry:gap-1.5 tenantry:text-xs tenantry:tabular-nums tenantry:whitespace-nowrap">
        <span className="tenantry:text-foreground">
          {bytes === null || bytes === undefined ? 'not measured' : formatBytes(bytes, locale)}
        </span>
        {quota !== null && quota !== undefined && (
          <span className="tenantry:truncate tenantry:text-muted-foreground">
            of {formatBytes(quota, locale)}
          </span>
        )}
        {percent !== null && (
          <span
            className={clsx(
              'tenantry:ms-auto',
              level === 'ok' ? TONE_TEXT.neutral : TONE_TEXT[tone],
            )}
          >
            {numberFormat(locale, { style: 'percent' }).format(percent)}
            {level !== 'ok' && (
              <span className="tenantry:sr-only">, {QUOTA_LEVELS[level].word}</span>
            )}
          </span>
        )}
      </div>
      {share !== null && (
        <div
          aria-hidden
          className="tenantry:h-1 tenantry:overflow-hidden tenantry:rounded-full tenantry:bg-muted tenantry:forced-colors:border"
        >
          <div
            className={clsx(
              'tenantry:h-full tenantry:rounded-full tenantry:forced-colors:bg-[Highlight]',
              TONE_BAR[tone],
            )}
            style={{ width: `${Math.min(share, 1) * 100}%` }}
          />
        </div>
      )}
    </div>
  );
}
