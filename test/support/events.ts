// Reads a stream of server-sent events: events, comments and retry times, by the rules of the HTML standard.

export type ReadEvent = { event: string; id: string; data: string };

export class EventReader {
	readonly events: ReadEvent[] = [];
	/** The latest `retry:`, in ms. */
	retry: number | undefined;
	comments = 0;
	/** The id that a client sends as `Last-Event-ID` when it reconnects. */
	lastEventId = "";
	/** Resolves when the stream ends, and rejects if it breaks off. */
	readonly ended: Promise<void>;
	readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
	#arrived = Promise.withResolvers<void>();
	#isOver = false;
	#read = 0;
	#fields = { event: "", data: "" };

	constructor(body: ReadableStream<Uint8Array>) {
		this.#reader = body.getReader();
		this.ended = this.#readAll().finally(() => {
			this.#isOver = true;
			this.#arrived.resolve();
		});
		// Only a test that awaits the end needs to see the rejection.
		this.ended.catch(() => {});
	}

	async #readAll(): Promise<void> {
		const decoder = new TextDecoder();
		let text = "";
		for (;;) {
			const { done, value } = await this.#reader.read();
			if (done) return;
			const lines = (text + decoder.decode(value, { stream: true })).split(/\r\n|\r|\n/);
			text = lines.pop() as string;
			for (const line of lines) this.#readLine(line);
			this.#arrived.resolve();
			this.#arrived = Promise.withResolvers();
		}
	}

	#readLine(line: string): void {
		if (line === "") {
			if (this.#fields.data !== "") this.events.push({ ...this.#fields, id: this.lastEventId });
			this.#fields = { event: "", data: "" };
			return;
		}
		const [, name, value] = /^([^:]*):? ?(.*)$/s.exec(line) as unknown as [string, string, string];
		if (name === "") this.comments += 1;
		else if (name === "id") this.lastEventId = value;
		else if (name === "retry") this.retry = Number(value);
		else if (name === "event" || name === "data") this.#fields[name] += value;
		else throw new Error(`The standard has no such field: ${line}`);
	}

	/** Returns the data of the next event of this type. Events that an earlier call has passed are skipped. */
	async next<T = Record<string, unknown>>(type: string): Promise<T> {
		for (;;) {
			for (; this.#read < this.events.length; this.#read++) {
				const { event, data } = this.events[this.#read] as ReadEvent;
				if (event !== type) continue;
				this.#read += 1;
				return JSON.parse(data) as T;
			}
			if (this.#isOver) throw new Error(`The stream ended without ${type}. It had: ${this.events.map(({ event }) => event).join(", ")}`);
			await this.#arrived.promise;
		}
	}

	leave(): Promise<void> {
		return this.#reader.cancel();
	}
}
