// Puts one fault into one running object, from outside: the object's own code has no hooks. It wraps the statements of the object's
// storage, or a method that other objects call, until the object dies. The next life of the object is whole.

import { runInDurableObject } from "cloudflare:test";

/** The words by which the reports of the runtime show that a test provoked them. */
const reason = "The object died, broken on purpose";

/**
 * `fails`: the statement or call does not happen, and the object lives. `dies before`: the object dies in its place, with everything that
 * the same step has written. `dies after`: it is stored, and the object dies before anything of it has left. `answer is lost`: it is
 * stored, and whoever waits for the answer sees a broken connection.
 */
export type Fault = "fails" | "dies before" | "dies after" | "answer is lost";

export type Stub = DurableObjectStub<undefined>;

/** Where a fault hits: a statement, if it has this value where one is named, or a call of another object. */
export type Place = { statement: RegExp; value?: SqlStorageValue } | { call: string };

export class ArmedFault {
	/** How often it hit. */
	hits = 0;
	/** The alarm that the dead object has left, as far as it was stored. */
	alarmAt: number | null = null;
	#disarm = () => {};

	/** From now on the fault waits in the object that runs. It hits once. */
	static async into(stub: Stub, place: Place, fault: Fault): Promise<ArmedFault> {
		const armed = new ArmedFault();
		await runInDurableObject(stub, async (object, state) => {
			await armed.#watchAlarm(state.storage);
			if ("call" in place) armed.#wrapCall(object, state, place.call, fault);
			else armed.#wrapStatements(state, place, fault);
		});
		return armed;
	}

	/** Puts back what is shared by all objects of a class. */
	disarm(): void {
		this.#disarm();
	}

	async #watchAlarm(storage: DurableObjectStorage): Promise<void> {
		this.alarmAt = await storage.getAlarm();
		const { setAlarm, deleteAlarm } = storage;
		replace(storage, "setAlarm", async (at: number | Date) => {
			await setAlarm.call(storage, at);
			this.alarmAt = Number(at);
		});
		replace(storage, "deleteAlarm", async () => {
			await deleteAlarm.call(storage);
			this.alarmAt = null;
		});
	}

	#wrapStatements(state: DurableObjectState, { statement, value }: Extract<Place, { statement: RegExp }>, fault: Fault): void {
		const { sql } = state.storage;
		const { exec } = sql;
		const run = (query: string, values: unknown[]) => (exec as (...args: unknown[]) => unknown).call(sql, query, ...values);
		replace(sql, "exec", (query: string, ...values: unknown[]) => {
			const isHere = this.hits === 0 && statement.test(query) && (value === undefined || values.includes(value));
			if (!isHere) return run(query, values);
			this.hits += 1;
			if (fault === "fails") throw new Error("A statement failed, broken on purpose");
			if (fault === "dies before") state.abort(reason);
			const result = run(query, values);
			silence(state);
			if (fault === "dies after") void state.storage.sync().then(() => state.abort(reason));
			else for (const socket of state.getWebSockets()) socket.close(1011, "the connection is lost");
			return result;
		});
	}

	#wrapCall(object: object, state: DurableObjectState, name: string, fault: Fault): void {
		const calls = Object.getPrototypeOf(object) as Record<string, (...args: unknown[]) => unknown>;
		const method = calls[name];
		if (!method) throw new Error(`The object has no ${name}().`);
		const call = async (args: unknown[]) => {
			if (fault === "fails") throw new Error("A call failed, broken on purpose");
			if (fault === "dies before") state.abort(reason);
			const answer = await method.apply(object, args);
			if (fault !== "dies after") throw new Error("Network connection lost, broken on purpose");
			await state.storage.sync();
			state.abort(reason);
			return answer;
		};
		const hit = () => {
			this.hits += 1;
		};
		const isDone = () => this.hits > 0;
		calls[name] = function (this: unknown, ...args: unknown[]) {
			if (this !== object || isDone()) return method.apply(this, args);
			hit();
			return call(args);
		};
		this.#disarm = () => {
			calls[name] = method;
		};
	}
}

/** A dead object sends nothing, also while what it has written is still being stored. */
function silence(state: DurableObjectState): void {
	for (const socket of state.getWebSockets()) replace(socket, "send", () => {});
}

function replace(target: object, name: string, value: unknown): void {
	Object.defineProperty(target, name, { value, configurable: true });
}
