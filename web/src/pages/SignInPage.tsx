// Offers the ways to sign in that the deployment has: a provider, a page of its own, or as a guest with a name.

import { type FormEvent, useEffect, useState } from "react";
import { limits } from "../../../src/protocol/limits.ts";
import { session } from "../account/currentSession.ts";
import { acceptOffered, leave, offeredPerson, ownAddress, providerAddress } from "../account/elsewhere.ts";
import { type SignInMethods, signInMethods } from "../api.ts";
import { clock } from "../browser.ts";
import { Problem } from "../controls/Problem.tsx";
import { useLazy } from "../controls/useLazy.ts";
import { Mark } from "../icons.tsx";
import type { Catalogue } from "../languages/catalogue.ts";
import { useStrings } from "../languages/useStrings.ts";
import { useTitle } from "../useTitle.ts";
import styles from "./pages.module.css";

/** A service that cannot say offers what the first one did. */
const guestsOnly: SignInMethods = { guest: true, passkey: false, oidc: [] };
const loadOffer = () => import("../links/SignInOffer.tsx");
const loadPasskeys = () => import("../keeping/PasskeySignIn.tsx");
/** In ms. */
const retryAfter = 5_000;

export function SignInPage({ invite }: { invite: string | undefined }) {
	const strings = useStrings();
	const methods = useMethods();
	const offered = useOffered();
	const passkeys = useLazy(loadPasskeys, typeof methods === "object" && methods.passkey);
	const offer = useLazy(loadOffer, invite !== undefined);
	useTitle(undefined);
	const known = typeof methods === "object" ? methods : undefined;
	const ways = known ? waysOut(known, strings) : [];
	const isClosed = known !== undefined && ways.length === 0 && !known.guest && !offered;
	return (
		<main className={`${styles.centred} ${styles.growing}`}>
			<div className={styles.brand}>
				<Mark />
				<h1>{strings.product}</h1>
			</div>
			<p className={styles.lead}>{strings.tagline}</p>
			{invite !== undefined && (offer ? <offer.SignInOffer invite={invite} /> : <p role="status">{strings.invited}</p>)}
			{methods === "unreachable" && <p role="status">{strings.unreachableRetrying}</p>}
			{isClosed && <p role="status">{strings.nobodySignsIn}</p>}
			{offered && (
				<button type="button" className={styles.primary} ref={focused} onClick={continueOffered}>
					{strings.continueAs(offered.name)}
				</button>
			)}
			{ways.length > 0 && (
				<div className={styles.ways}>
					{ways.map(({ address, label }, index) => (
						<a
							key={address}
							href={address}
							className={index > 0 || offered ? styles.secondary : styles.primary}
							ref={index === 0 && !offered ? focused : null}
							onClick={leave}
						>
							{label}
						</a>
					))}
				</div>
			)}
			{known?.guest && (
				<>
					{ways.length > 0 && <p className={styles.or}>{strings.or}</p>}
					<GuestForm isOnly={ways.length === 0 && !offered} canStay={known.passkey || known.oidc.length > 0} />
				</>
			)}
			{passkeys && <passkeys.PasskeySignIn />}
		</main>
	);
}

/** The ways that lead to another page. */
function waysOut({ oidc, signInUrl }: SignInMethods, strings: Catalogue): { address: string; label: string }[] {
	const providers = oidc.map(({ id, name }) => ({ address: providerAddress(id), label: strings.signInWith(name) }));
	return signInUrl === undefined ? providers : [...providers, { address: ownAddress(signInUrl), label: strings.signInHere }];
}

/** `canStay`: a guest can add a way to come back. */
function GuestForm({ isOnly, canStay }: { isOnly: boolean; canStay: boolean }) {
	const strings = useStrings();
	const [state, setState] = useState<{ type: "idle" } | { type: "busy" } | { type: "refused"; text: string }>({ type: "idle" });

	const submit = async (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const name = String(new FormData(event.currentTarget).get("name")).trim();
		if (name === "" || state.type === "busy") return;
		setState({ type: "busy" });
		const refusal = await session.signIn(name);
		if (refusal) setState({ type: "refused", text: refusal.code === "bad_request" ? strings.nameRefused : refusal.message });
	};

	return (
		<form className={styles.form} onSubmit={submit}>
			<label htmlFor="name">{strings.yourName}</label>
			<input
				id="name"
				name="name"
				required
				maxLength={limits.username}
				autoComplete="nickname"
				aria-describedby="name-hint guest-hint"
				dir="auto"
				ref={isOnly ? focused : null}
			/>
			<small id="name-hint">{strings.nameHint}</small>
			<button type="submit" className={isOnly ? styles.primary : styles.secondary} aria-disabled={state.type === "busy"}>
				{strings.continueAsGuest}
			</button>
			<Problem>{state.type === "refused" && state.text}</Problem>
			<small id="guest-hint">{strings.guestLoses(canStay)}</small>
		</form>
	);
}

function continueOffered(): void {
	acceptOffered();
	void session.renew();
}

/** Whatever comes next is where the keyboard is, once, when the page appears. */
function focused(element: HTMLElement | null): void {
	element?.focus();
}

function useMethods(): SignInMethods | "unreachable" | undefined {
	const [methods, setMethods] = useState<SignInMethods | "unreachable">();
	useEffect(() => {
		let cancel = () => {};
		let isCurrent = true;
		const ask = async () => {
			const result = await signInMethods();
			if (!isCurrent) return;
			if ("value" in result) return setMethods(result.value);
			const isUnreachable = result.error.code === "unreachable";
			setMethods(isUnreachable ? "unreachable" : guestsOnly);
			if (isUnreachable) cancel = clock.after(retryAfter, ask);
		};
		void ask();
		return () => {
			isCurrent = false;
			cancel();
		};
	}, []);
	return methods;
}

function useOffered() {
	const [person, setPerson] = useState<Awaited<ReturnType<typeof offeredPerson>>>();
	useEffect(() => void offeredPerson().then(setPerson), []);
	return person;
}
