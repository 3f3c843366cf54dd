// Chooses the page by the address and by who is signed in.

import { useSyncExternalStore } from "react";
import { useLocation } from "wouter";
import { session, useSession } from "./account/currentSession.ts";
import type { SessionState } from "./account/session.ts";
import { useLazy } from "./controls/useLazy.ts";
import { ErrorBoundary } from "./ErrorBoundary.tsx";
import { useStrings } from "./languages/useStrings.ts";
import { AdminRoute } from "./pages/AdminRoute.tsx";
import { ErasedPage } from "./pages/ErasedPage.tsx";
import { InvitePage } from "./pages/InvitePage.tsx";
import { MainPage } from "./pages/MainPage.tsx";
import { NoticePage } from "./pages/NoticePage.tsx";
import { SignInPage } from "./pages/SignInPage.tsx";
import { deviceLinkIn, inviteIn } from "./paths.ts";

export function App() {
	const state = useSession();
	const strings = useStrings();
	const reload = { label: strings.reload, act: () => location.reload() };
	return (
		<ErrorBoundary fallback={<NoticePage text={strings.broken} action={reload} />}>
			<Page state={state} />
		</ErrorBoundary>
	);
}

const loadDevicePage = () => import("./keeping/DevicePage.tsx");

function Page({ state }: { state: SessionState }) {
	const strings = useStrings();
	const [path] = useLocation();
	const behind = useSyncExternalStore(followHash, hash);
	const invite = inviteIn(path, behind);
	const link = deviceLinkIn(path, behind);
	const device = useLazy(loadDevicePage, link !== undefined);
	switch (state.type) {
		case "unknown":
			return <NoticePage text={strings.loading} />;
		case "unreachable":
			return (
				<NoticePage
					text={state.problem ?? strings.unreachableRetrying}
					action={{ label: strings.tryAgain, act: () => void session.renew() }}
				/>
			);
		case "unremembered":
		case "signed_out":
			if (link !== undefined && device) return <device.DevicePage token={link} signedInAs={undefined} />;
			return <SignInPage invite={invite} />;
		case "erased":
			return <ErasedPage erased={state.erased} />;
		case "remembered":
		case "signed_in": {
			const { id, name } = state.user;
			if (link !== undefined && device) return <device.DevicePage token={link} signedInAs={name} />;
			if (invite) return <InvitePage key={id} invite={invite} />;
			if (path === "/admin") return <AdminRoute key={id} userId={id} />;
			const token = state.type === "signed_in" ? state.token : null;
			// The key: another tab may have signed in somebody else, and no state of the previous
			// person may carry over.
			return <MainPage key={id} token={token} userId={id} name={name} />;
		}
		default:
			state satisfies never;
	}
}

const hash = () => location.hash;

function followHash(changed: () => void): () => void {
	addEventListener("hashchange", changed);
	return () => removeEventListener("hashchange", changed);
}
