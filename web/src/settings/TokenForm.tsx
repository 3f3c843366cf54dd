// The form of a new personal token: its name, how long it is valid, what it permits, and where.

import { type FormEvent, useState } from "react";
import { limits } from "../../../src/protocol/limits.ts";
import { type PersonalToken, type Scope, scopes } from "../../../src/protocol/token.ts";
import { LifeChoice } from "../controls/LifeChoice.tsx";
import { useStrings } from "../languages/useStrings.ts";
import { titleOf } from "../list/titles.ts";
import { useListSnapshot, usePersonalList } from "../list/usePersonalList.ts";
import type { NewToken } from "./api.ts";
import styles from "./SettingsDialog.module.css";
import { useWords } from "./words.ts";

const day = 24 * 3600;
const lives = [7 * day, 30 * day, 90 * day, 365 * day];
const usualScopes: readonly Scope[] = ["read", "write"];

/** `onMake` resolves to whether the token was created. */
export function TokenForm({ onMake }: { onMake(token: NewToken): Promise<boolean> }) {
	const words = useWords();
	const [isMaking, setIsMaking] = useState(false);
	const [isEverywhere, setIsEverywhere] = useState(true);

	const make = async (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const form = event.currentTarget;
		const fields = new FormData(form);
		const name = String(fields.get("name")).trim();
		const chosen = scopes.filter((scope) => fields.getAll("scope").includes(scope));
		const conversations: PersonalToken["conversations"] = isEverywhere ? "all" : fields.getAll("conversation").map(String);
		if (name === "" || chosen.length === 0 || conversations.length === 0 || isMaking) return;
		setIsMaking(true);
		const isMade = await onMake({ name, expiresInSeconds: Number(fields.get("life")), scopes: chosen, conversations });
		setIsMaking(false);
		if (!isMade) return;
		form.reset();
		setIsEverywhere(true);
	};

	return (
		<form className={styles.make} onSubmit={make}>
			<label>
				{words.tokenName}
				<input name="name" maxLength={limits.username} required autoComplete="off" dir="auto" />
			</label>
			<LifeChoice lives={lives} usual={30 * day} />
			<fieldset className={styles.choice}>
				<legend>{words.tokenScopes}</legend>
				{scopes.map((scope) => (
					<label key={scope}>
						<input type="checkbox" name="scope" value={scope} defaultChecked={usualScopes.includes(scope)} />
						{words.scopes[scope]}
					</label>
				))}
			</fieldset>
			<fieldset className={styles.choice}>
				<legend>{words.tokenConversations}</legend>
				<label>
					<input type="checkbox" checked={isEverywhere} onChange={() => setIsEverywhere(!isEverywhere)} />
					{words.allConversations}
				</label>
				{!isEverywhere && <Conversations />}
			</fieldset>
			<button type="submit" aria-disabled={isMaking}>
				{words.makeToken}
			</button>
		</form>
	);
}

function Conversations() {
	const strings = useStrings();
	const { list } = useListSnapshot(usePersonalList());
	return (
		<div className={styles.conversations}>
			{list.conversations.map((conversation) => (
				<label key={conversation.id}>
					<input type="checkbox" name="conversation" value={conversation.id} />
					<bdi>{titleOf(conversation, strings)}</bdi>
				</label>
			))}
		</div>
	);
}
