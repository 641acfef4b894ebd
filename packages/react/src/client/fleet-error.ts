// What went wrong, as the server said it: an RFC 9457 problem, or the lack of an answer.
import type { Code, ImportReport, ProblemBody, RefusalBody } from './generated/types.gen.js';

/** A code of the server's, `unreachable` when there was no answer, `unexpected` when it made no sense. */
export type FleetErrorCode = Code | 'unreachable' | 'unexpected';

interface FleetErrorParts {
  status: number;
  code: FleetErrorCode;
  title: string;
  detail: string;
  help?: string;
  requestId?: string;
  refusals?: RefusalBody[];
  report?: ImportReport;
  cause?: unknown;
}

/** A refused or failed request. Its message is the problem's `detail`. */
export class FleetError extends Error {
  /** The HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** The kind of problem, for programs. */
  readonly code: FleetErrorCode;
  /** The kind of problem, for people. */
  readonly title: string;
  /** What it was this time. */
  readonly detail: string;
  /** What to do about it. */
  readonly help: string | undefined;
  /** The request's id, which the server's log has too. */
  readonly requestId: string | undefined;
  /** The places of a template that were refused. */
  readonly refusals: RefusalBody[] | undefined;
  /** What is wrong with the rows of an import. */
  readonly report: ImportReport | undefined;

  constructor(parts: FleetErrorParts) {
    super(parts.detail, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = 'FleetError';
    this.status = parts.status;
    this.code = parts.code;
    this.title = parts.title;
    this.detail = parts.detail;
    this.help = parts.help;
    this.requestId = parts.requestId;
    this.refusals = parts.refusals;
    this.report = parts.report;
  }

  /** Whether the same request may well succeed when it is sent again. */
  get isTransient(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 502;
  }
}

function isProblem(body: unknown): body is ProblemBody {
  return (
    typeof body === 'object' &&
    body !== null &&
    'code' in body &&
    'detail' in body &&
    'title' in body
  );
}

/** The error for an answer that was not a success. */
export function errorOfAnswer(response: Response, body: unknown): FleetError {
  const requestId = response.headers.get('x-request-id') ?? undefined;
  if (isProblem(body)) {
    return new FleetError({
      status: response.status,
      code: body.code,
      title: body.title,
      detail: body.detail,
      help: body.help,
      requestId: body.requestId ?? requestId,
      refusals: body.refusals,
      report: body.report ?? undefined,
    });
  }
  return new FleetError({
    status: response.status,
    code: 'unexpected',
    title: 'An answer that is not Tenantry’s',
    detail: `The server answered ${response.status} without saying why.`,
    help: 'Look whether something stands between this page and Tenantry, such as a proxy.',
    requestId,
  });
}

/** The error for a request that got no answer. An abort stays what it is. */
export function errorOfSilence(cause: unknown): unknown {
  if (cause instanceof DOMException && cause.name === 'AbortError') return cause;
  return new FleetError({
    status: 0,
    code: 'unreachable',
    title: 'The server cannot be reached',
    detail: 'There was no answer from the server.',
    help: 'Look whether you are connected and the server runs; then try again.',
    cause,
  });
}

/** Whatever was thrown, as a `FleetError`. */
export function toFleetError(thrown: unknown): FleetError {
  if (thrown instanceof FleetError) return thrown;
  return new FleetError({
    status: 0,
    code: 'unexpected',
    title: 'Something went wrong here',
    detail: thrown instanceof Error ? thrown.message : String(thrown),
    cause: thrown,
  });
}
