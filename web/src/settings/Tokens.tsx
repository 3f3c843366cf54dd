// The personal tokens in the settings: create, show once, list, revoke.

import { type FormEvent, type ToggleEvent, useState } from "react";
import { limits } from "../../../src/protocol/limits.ts";
import type { PersonalToken } from "../../../src/protocol/token.ts";
import { session } from "../account/currentSession.ts";
import { CopyField } from "../controls/CopyField.tsx";
import { LifeChoice } from "../controls/LifeChoice.tsx";
import { Problem } from "../controls/Problem.tsx";
import { useStrings } from "../languages/useStrings.ts";
import { makeToken, revokeToken, tokensOf } from "./api.ts";
import styles from "./SettingsDialog.module.css";

const day = 24 * 3600;
const lives = [7 * day, 30 * day, 90 * day, 365 * day];

/** A `ref` for the new token: it is shown only once, and may be below the visible part. */
function bringIntoView(element: HTMLElement | null): void {
	element?.scrollIntoView({ block: "center" });
}

export function Tokens() {
	const strings = useStrings();
	const [tokens, setTokens] = useState<readonly PersonalToken[]>();
	const [made, setMade] = useState<{ name: string; secret: string }>();
	const [problem, setProblem] = useState<string>();
	const [isMaking, setIsMaking] = useState(false);

	const load = async () => {
		const result = await session.call(tokensOf);
		if ("value" in result) setTokens(result.value.tokens);
		setProblem("error" in result ? result.error.message : undefined);
	};
	const make = async (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const form = event.currentTarget;
		const fields = new FormData(form);
		const name = String(fields.get("name")).trim();
		if (name === "" || isMaking) return;
		setIsMaking(true);
		const result = await session.call((token) => makeToken(token, name, Number(fields.get("life"))));
		setIsMaking(false);
		if ("error" in result) return setProblem(result.error.message);
		setMade(result.value.token);
		form.reset();
		await load();
	};
	const revoke = async ({ id }: PersonalToken) => {
		const refusal = await session.attempt((token) => revokeToken(token, id));
		if (refusal !== undefined) return setProblem(refusal);
		setMade(undefined);
		await load();
	};

	return (
		<details className={styles.part} onToggle={({ newState }: ToggleEvent) => newState === "open" && void load()}>
			<summary>{strings.tokens}</summary>
			<p>{strings.tokensText}</p>
			<form className={styles.make} onSubmit={make}>
				<label>
					{strings.tokenName}
					<input name="name" maxLength={limits.username} required autoComplete="off" dir="auto" />
				</label>
				<LifeChoice lives={lives} usual={30 * day} />
				<button type="submit" aria-disabled={isMaking}>
					{strings.makeToken}
				</button>
			</form>
			<Problem className={styles.problem}>{problem}</Problem>
			{made && (
				<div key={made.secret} ref={bringIntoView} className={styles.made}>
					<p role="status">{strings.tokenMade(made.name)}</p>
					<CopyField label={strings.tokenSecret} text={made.secret} />
				</div>
			)}
			<ul aria-label={strings.tokens} className={styles.tokens}>
				{tokens?.map((token) => (
					<li key={token.id}>
						<span>
							<bdi>{token.name}</bdi>
							<small>{strings.tokenUntil(strings.formatDayAndTime(Date.parse(token.expiresAt)))}</small>
						</span>
						<button type="button" aria-label={strings.revokeToken(token.name)} onClick={() => revoke(token)}>
							{strings.revoke}
						</button>
					</li>
				))}
			</ul>
		</details>
	);
}
