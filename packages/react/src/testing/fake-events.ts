// The stream of events of the server in memory: numbered, resumable, and cut when a test wants it.

interface SentEvent {
  id: number;
  text: string;
}

const encoder = new TextEncoder();

export class FakeEvents {
  readonly #open = new Set<ReadableStreamDefaultController<Uint8Array>>();
  #kept: SentEvent[] = [];
  #last = 0;
  /** Answers every new stream with 503 while it is true. */
  refused = false;

  /** How many streams are open. */
  get streams(): number {
    return this.#open.size;
  }

  /** Sends an event to all streams, and keeps it for those that come later. */
  emit(type: string, body: { schemaId?: string; operationId?: string; data?: object }): void {
    this.#last += 1;
    const data = JSON.stringify({
      schemaId: body.schemaId ?? null,
      operationId: body.operationId ?? null,
      at: new Date().toISOString(),
      data: body.data ?? {},
    });
    const event = { id: this.#last, text: `id: ${this.#last}\nevent: ${type}\ndata: ${data}\n\n` };
    this.#kept.push(event);
    for (const stream of this.#open) stream.enqueue(encoder.encode(event.text));
  }

  /** Ends all streams, as a network that fails does. */
  cut(): void {
    for (const stream of this.#open) stream.error(new TypeError('network error'));
    this.#open.clear();
  }

  /** Forgets what was sent, so that whoever comes back has to read everything again. */
  forget(): void {
    this.#kept = [];
  }

  /** Opens a stream, after the event with this id where there is one. */
  answer(request: Request): Response {
    if (this.refused) return new Response(null, { status: 503 });
    const after = request.headers.get('last-event-id');
    let opened: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        opened = controller;
        this.#open.add(controller);
        controller.enqueue(encoder.encode(': hello\n\n'));
        if (after !== null) this.#replay(controller, Number(after));
      },
      cancel: () => void this.#open.delete(opened),
    });
    request.signal.addEventListener('abort', () => {
      if (!this.#open.delete(opened)) return;
      opened.error(new DOMException('aborted', 'AbortError'));
    });
    return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
  }

  #replay(stream: ReadableStreamDefaultController<Uint8Array>, after: number): void {
    const lowest = this.#kept[0]?.id ?? this.#last + 1;
    if (after + 1 < lowest) {
      stream.enqueue(encoder.encode(`id: ${this.#last}\nevent: reset\ndata: {}\n\n`));
      return;
    }
    for (const event of this.#kept) {
      if (event.id > after) stream.enqueue(encoder.encode(event.text));
    }
  }
}
