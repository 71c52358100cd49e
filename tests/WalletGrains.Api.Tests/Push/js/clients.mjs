// Connections of the standard JavaScript client, driven by lines of JSON: {ref, do, …} in, {ref, result} or {ref, error} out.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const require = createRequire(process.env.WALLETGRAINS_PUSH_CLIENT + '/');
const signalR = require('@microsoft/signalr');

const connectionsAtOnce = 50;
const clients = new Map();

class Client {
    updates = [];
    newest = new Map();
    notIncreasing = 0;
    skipped = 0;
    latencies = [];
    waiting = [];

    constructor(url, token, { inQuery = false, keepUpdates = true, skipNegotiation = false, transport = 'WebSockets' } = {}) {
        this.keepUpdates = keepUpdates;
        const builder = new signalR.HubConnectionBuilder().configureLogging(signalR.LogLevel.None);
        if (inQuery) {
            // What the client does in a browser, where a WebSocket has no headers.
            builder.withUrl(`${url}?access_token=${encodeURIComponent(token)}`,
                { skipNegotiation: true, transport: signalR.HttpTransportType.WebSockets });
        } else {
            builder.withUrl(url, { accessTokenFactory: () => token, transport: signalR.HttpTransportType[transport], skipNegotiation });
        }

        this.connection = builder.build();
        this.connection.on('WALLET_UPDATED', update => this.take(update));
        this.accounts = [];
        this.alerts = [];
        this.connection.on('FRAUD_ALERT', alert => { this.alerts.push(alert); this.wake(); });
        this.bills = [];
        this.connection.on('BILL_UPDATED', step => { this.bills.push(step); this.wake(); });
        this.closed = new Promise(resolve => this.connection.onclose(error => resolve(error?.message ?? null)));
    }

    take(update) {
        // No entry, so none of their versions.
        if (update.accountNumber) {
            this.accounts.push(update);
            this.wake();
            return;
        }

        this.latencies.push(Date.now() - Date.parse(update.occurredAt));
        const newest = this.newest.get(update.walletId);
        if (newest !== undefined && update.version <= newest) this.notIncreasing++;
        if (newest !== undefined && update.version !== newest + 1 + (update.skipped ?? 0)) this.notIncreasing++;
        this.skipped += update.skipped ?? 0;
        this.newest.set(update.walletId, update.version);
        if (this.keepUpdates) this.updates.push(update);
        this.wake();
    }

    wake() {
        this.waiting = this.waiting.filter(waiting => !waiting());
    }

    until(condition) {
        return new Promise(resolve => {
            const check = () => condition() && (resolve(), true);
            if (!check()) this.waiting.push(check);
        });
    }

    has(versions) {
        return this.until(() => Object.entries(versions).every(([id, version]) => (this.newest.get(id) ?? 0) >= version));
    }

    get socket() {
        return this.connection.connection.transport._webSocket;
    }
}

const of = id => clients.get(id) ?? (() => { throw new Error(`no client ${id}`); })();

const commands = {
    // Answers with the words of the refusal, or null.
    async connect({ id, url, token, resume, ...options }) {
        const client = new Client(url, token, options);
        clients.set(id, client);
        try {
            await client.connection.start();
        } catch (error) {
            return error.message;
        }

        if (resume) await client.connection.invoke('Resume', resume);
        return null;
    },
    async connectMany({ url, prefix, tokens, resume }) {
        const refusals = [];
        for (let first = 0; first < tokens.length; first += connectionsAtOnce) {
            refusals.push(...await Promise.all(tokens.slice(first, first + connectionsAtOnce).map((token, index) =>
                commands.connect({ id: `${prefix}${first + index}`, url, token, resume, keepUpdates: false, skipNegotiation: true }))));
        }

        return refusals.filter(refusal => refusal !== null);
    },
    async invoke({ id, method, argument }) {
        return await of(id).connection.invoke(method, argument);
    },
    async has({ id, versions }) {
        await of(id).has(versions);
        return of(id).updates;
    },
    async allHave({ targets }) {
        await Promise.all(Object.entries(targets).map(([id, versions]) => of(id).has(versions)));
        return null;
    },
    async alerts({ id, count }) {
        await of(id).until(() => of(id).alerts.length >= count);
        return of(id).alerts;
    },
    // Waits for a payment to get so far.
    async bills({ id, paymentId, status }) {
        await of(id).until(() => of(id).bills.some(step => step.paymentId === paymentId && step.status === status));
        return of(id).bills;
    },
    async accounts({ id, count }) {
        await of(id).until(() => of(id).accounts.length >= count);
        return of(id).accounts;
    },
    async closed({ id }) {
        return await of(id).closed;
    },
    async allClosed({ prefix }) {
        const all = [...clients].filter(([id]) => id.startsWith(prefix)).map(([, client]) => client);
        await Promise.all(all.map(client => client.closed));
        return all.length;
    },
    async stop({ id }) {
        await of(id).connection.stop();
        return null;
    },
    // The network goes away: no closing handshake.
    async cut({ id }) {
        of(id).socket.terminate();
        await of(id).closed;
        return of(id).updates;
    },
    // Takes nothing any more, and does not notice by itself that nothing comes.
    async pause({ prefix }) {
        for (const [id, client] of clients) {
            if (!id.startsWith(prefix)) continue;
            client.connection.serverTimeoutInMilliseconds = 3_600_000;
            client.connection._resetTimeoutPeriod();
            client.socket._socket.pause();
        }

        return null;
    },
    // Takes what lies ready, which shows how a connection ended.
    async goOn({ prefix }) {
        for (const [id, client] of clients) if (id.startsWith(prefix)) client.socket?._socket?.resume();
        return null;
    },
    async summary({ prefix }) {
        const all = [...clients].filter(([id]) => id.startsWith(prefix)).map(([, client]) => client);
        const latencies = all.flatMap(client => client.latencies).sort((a, b) => a - b);
        const at = share => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
        return {
            clients: all.length,
            updates: latencies.length,
            notIncreasing: all.reduce((sum, client) => sum + client.notIncreasing, 0),
            skipped: all.reduce((sum, client) => sum + client.skipped, 0),
            p50: at(0.5),
            p99: at(0.99),
            longest: latencies.at(-1) ?? 0,
        };
    },
};

const say = answer => process.stdout.write(JSON.stringify(answer) + '\n');

createInterface({ input: process.stdin }).on('line', async line => {
    const { ref, do: name, ...options } = JSON.parse(line);
    try {
        say({ ref, result: await commands[name](options) ?? null });
    } catch (error) {
        say({ ref, error: error.message });
    }
}).on('close', () => process.exit(0));
