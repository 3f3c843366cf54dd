// The provider's identities by which somebody who came as a guest signs in: joining one, and removing it.

import { useState } from "react";
import type { Identity } from "../../../src/protocol/account/account.ts";
import type { SignInMethods } from "../api.ts";
import { Dialog } from "../controls/Dialog.tsx";
import styles from "../settings/SettingsDialog.module.css";
import { beginJoin, type Kept, removeIdentity } from "./api.ts";
import { confirmed } from "./steps.ts";
import type { Words } from "./words.ts";

type Provider = SignInMethods["oidc"][number];
type Asking = { about: "join"; provider: Provider } | { about: "remove"; identity: Identity };
type Props = { kept: Kept; providers: readonly Provider[]; words: Words; onChange(): void };

export function Identities({ kept, providers, words, onChange }: Props) {
	const [asking, setAsking] = useState<Asking>();
	const { identities, passkeys } = kept;
	const isOnlyWay = identities.length === 1 && passkeys.length === 0;
	const close = () => setAsking(undefined);
	return (
		<>
			{identities.length > 0 && (
				<ul aria-label={words.identities} className={styles.tokens}>
					{identities.map((identity) => (
						<li key={identity.id}>
							<span>
								<bdi>{identity.provider}</bdi>: <bdi>{identity.name}</bdi>
								<small>{words.added(words.dayAndTime(identity.joinedAt))}</small>
								<small>{words.lastUsed(words.dayAndTime(identity.lastUsedAt))}</small>
								{isOnlyWay && <small>{words.onlyWay}</small>}
							</span>
							{!isOnlyWay && (
								<button
									type="button"
									aria-label={words.removeOf(identity.provider)}
									onClick={() => setAsking({ about: "remove", identity })}
								>
									{words.remove}
								</button>
							)}
						</li>
					))}
				</ul>
			)}
			{providers.length > 0 && (
				<p className={styles.buttons}>
					{providers.map((provider) => (
						<button key={provider.id} type="button" onClick={() => setAsking({ about: "join", provider })}>
							{identities.length > 0 ? words.joinAnother(provider.name) : words.join(provider.name)}
						</button>
					))}
				</p>
			)}
			{asking?.about === "join" && <JoinDialog provider={asking.provider} isProved={passkeys.length > 0} words={words} onClose={close} />}
			{asking?.about === "remove" && (
				<RemoveDialog identity={asking.identity} isLast={identities.length === 1} words={words} onChange={onChange} onClose={close} />
			)}
		</>
	);
}

/** `isProved`: they confirm with a passkey, so that their other devices stay signed in. */
function JoinDialog({ provider, isProved, words, onClose }: { provider: Provider; isProved: boolean; words: Words; onClose(): void }) {
	const join = async () => {
		const begun = await confirmed(words, (token) => beginJoin(token, provider.id));
		if ("problem" in begun) return begun.problem;
		if ("error" in begun) return begun.error.message;
		location.assign(begun.value.url);
		return undefined;
	};
	return (
		<Dialog title={words.joinTitle(provider.name)} action={words.joinNow(provider.name)} act={join} onClose={onClose}>
			<p>{words.joinText(provider.name)}</p>
			{!isProved && <p>{words.joinEnds}</p>}
		</Dialog>
	);
}

function RemoveDialog({
	identity,
	isLast,
	words,
	onChange,
	onClose,
}: {
	identity: Identity;
	isLast: boolean;
	words: Words;
	onChange(): void;
	onClose(): void;
}) {
	const remove = async () => {
		const removed = await confirmed(words, (token) => removeIdentity(token, identity.id));
		if ("problem" in removed) return removed.problem;
		if ("error" in removed) return removed.error.message;
		onChange();
		return undefined;
	};
	return (
		<Dialog title={words.removeTitle(identity.provider)} action={words.removeNow} isDanger act={remove} onClose={onClose}>
			<p>{words.removeIdentity}</p>
			{isLast && <p>{words.guestAgain}</p>}
		</Dialog>
	);
}
