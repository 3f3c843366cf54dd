// Banned networks, and ending all guests.

import type { FormEvent } from "react";
import { adminLimits } from "../../../src/protocol/admin/limits.ts";
import styles from "./AdminPage.module.css";
import { banNetwork, endGuests, liftBan, networkBans } from "./api.ts";
import { Confirmed } from "./Confirmed.tsx";
import { Outcome } from "./Outcome.tsx";
import { Pages } from "./Pages.tsx";
import { useActs } from "./useActs.ts";
import { usePages } from "./usePages.ts";
import { useWords } from "./words.ts";

/** In seconds. */
const lengths = [3600, adminLimits.networkBan.default, 7 * 24 * 3600, 30 * 24 * 3600, adminLimits.networkBan.max];

async function load(token: string) {
	const result = await networkBans(token);
	return "error" in result ? result : { value: { entries: result.value.networks, next: undefined } };
}

export function Networks() {
	const words = useWords();
	const { reload, ...pages } = usePages(load);
	const { outcome, act } = useActs(reload);
	return (
		<>
			<NewBan act={act} />
			<Outcome of={outcome} />
			<Pages
				of={pages}
				label={words.bans}
				empty={words.noBans}
				row={({ prefix, until, by }) => (
					<li key={prefix}>
						<div className={styles.what}>
							<code>{prefix}</code>
							<small>{words.bannedUntil(words.formats.dayAndTime(Date.parse(until)), by)}</small>
						</div>
						<button
							type="button"
							aria-label={words.liftOne(prefix)}
							onClick={() =>
								act(
									(token) => liftBan(token, prefix),
									() => words.lifted(prefix),
								)
							}
						>
							{words.lift}
						</button>
					</li>
				)}
			/>
			<h3>{words.guests}</h3>
			<Confirmed
				label={words.endGuests}
				name={words.endGuests}
				question={words.endGuestsQuestion}
				onConfirm={() => act(endGuests, ({ guests }) => words.guestsEnd(guests))}
			/>
		</>
	);
}

function NewBan({ act }: { act: ReturnType<typeof useActs>["act"] }) {
	const words = useWords();
	const ban = async (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const form = event.currentTarget;
		const prefix = String(new FormData(form).get("prefix")).trim();
		const seconds = Number(new FormData(form).get("seconds"));
		if (
			await act(
				(token) => banNetwork(token, prefix, seconds),
				({ network }) => words.banned(network.prefix),
			)
		)
			form.reset();
	};
	return (
		<form className={styles.fields} onSubmit={ban}>
			<label>
				{words.prefix}
				<input name="prefix" required maxLength={60} autoComplete="off" spellCheck="false" placeholder="192.0.2.0/24" />
			</label>
			<label>
				{words.banFor}
				<select name="seconds" defaultValue={adminLimits.networkBan.default}>
					{lengths.map((seconds) => (
						<option key={seconds} value={seconds}>
							{words.formats.duration(seconds)}
						</option>
					))}
				</select>
			</label>
			<p>
				<small>{words.banHint}</small>
			</p>
			<button type="submit">{words.ban}</button>
		</form>
	);
}
