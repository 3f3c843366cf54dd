// Connections by the person to whom they belong, so that finding one person's does not take longer where many are connected. Pure.

import type { Person } from "../../protocol/person.ts";

export class ByPerson<T extends { readonly person: Pick<Person, "userId"> }> {
	readonly #connections = new Map<string, Set<T>>();

	add(connection: T): void {
		const { userId } = connection.person;
		const own = this.#connections.get(userId);
		if (own) own.add(connection);
		else this.#connections.set(userId, new Set([connection]));
	}

	delete(connection: T): void {
		const { userId } = connection.person;
		const own = this.#connections.get(userId);
		own?.delete(connection);
		if (own?.size === 0) this.#connections.delete(userId);
	}

	/** In the order in which they were added. */
	of(userId: string): T[] {
		return [...(this.#connections.get(userId) ?? [])];
	}

	/** The people who have any, in the order in which they came. */
	userIds(): Iterable<string> {
		return this.#connections.keys();
	}

	/** The number of people who have any. */
	get people(): number {
		return this.#connections.size;
	}
}
