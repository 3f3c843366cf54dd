// Reads what a page has used so far, as the browser itself counts it.

import type { CDPSession, Page } from "playwright-core";

export type Reading = {
	/** Processor time of the main thread, in ms. */
	cpu: number;
	/** Heap size in bytes. */
	heap: number;
	nodes: number;
	listeners: number;
};

export class Meters {
	readonly #session: CDPSession;

	private constructor(session: CDPSession) {
		this.#session = session;
	}

	static async on(page: Page): Promise<Meters> {
		const session = await page.context().newCDPSession(page);
		// Processor time rather than wall time, so that other work on the machine does not count.
		await session.send("Performance.enable", { timeDomain: "threadTicks" });
		return new Meters(session);
	}

	async read(): Promise<Reading> {
		const { metrics } = await this.#session.send("Performance.getMetrics");
		const value = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
		return {
			cpu: value("TaskDuration") * 1000,
			heap: value("JSHeapUsedSize"),
			nodes: value("Nodes"),
			listeners: value("JSEventListeners"),
		};
	}

	/** The same after a garbage collection. */
	async readKept(): Promise<Reading> {
		for (let time = 0; time < 3; time++) await this.#session.send("HeapProfiler.collectGarbage");
		return this.read();
	}

	/** Throttles the processor by this factor. */
	async slowDown(times: number): Promise<void> {
		await this.#session.send("Emulation.setCPUThrottlingRate", { rate: times });
	}
}
