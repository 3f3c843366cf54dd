// A reader of server-sent events, as the standard has it: fields to events, comments and times to come back beside them.

export type ReadEvent = { event: string; id: string; data: string };

export class EventReader {
	readonly events: ReadEvent[] = [];
	/** The last `retry:`. */
	retry: number | undefined;
	comments = 0;
	/** What a client sends as `Last-Event-ID`. */
	lastEventId = "";
	/** Resolves with the end of the stream; rejects where it breaks off. */
	readonly ended: Promise<void>;
	readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
	#heard = Promise.withResolvers<void>();
	#isOver = false;
	#read = 0;
	#fields = { event: "", data: "" };

	constructor(body: ReadableStream<Uint8Array>) {
		this.#reader = body.getReader();
		this.ended = this.#take().finally(() => {
			this.#isOver = true;
			this.#heard.resolve();
		});
		// Who waits for the end hears how it came.
		this.ended.catch(() => {});
	}

	async #take(): Promise<void> {
		const decoder = new TextDecoder();
		let text = "";
		for (;;) {
			const { done, value } = await this.#reader.read();
			if (done) return;
			const lines = (text + decoder.decode(value, { stream: true })).split(/\r\n|\r|\n/);
			text = lines.pop() as string;
			for (const line of lines) this.#line(line);
			this.#heard.resolve();
			this.#heard = Promise.withResolvers();
		}
	}

	#line(line: string): void {
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
		else throw new Error(`A line of its own: ${line}`);
	}

	/** The data of the next event of this type that no earlier `next` has passed. */
	async next<T = Record<string, unknown>>(type: string): Promise<T> {
		for (;;) {
			for (; this.#read < this.events.length; this.#read++) {
				const { event, data } = this.events[this.#read] as ReadEvent;
				if (event !== type) continue;
				this.#read += 1;
				return JSON.parse(data) as T;
			}
			if (this.#isOver) throw new Error(`No ${type} came, but ${this.events.map(({ event }) => event).join(", ")}`);
			await this.#heard.promise;
		}
	}

	leave(): Promise<void> {
		return this.#reader.cancel();
	}
}
