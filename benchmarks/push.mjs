// Measures the way from a decision to connected clients: node benchmarks/push.mjs, against a host in Development (./run).
// The standard JavaScript client is taken from where ./test has installed it.
//   --users 25 --connections 20 --rate 200 --seconds 20 --url http://127.0.0.1:8080
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
    options: {
        url: { type: 'string', default: 'http://127.0.0.1:8080' },
        users: { type: 'string', default: '25' },
        connections: { type: 'string', default: '20' },
        rate: { type: 'string', default: '200' },
        seconds: { type: 'string', default: '20' },
    },
});
const [users, connections, rate, seconds] = [values.users, values.connections, values.rate, values.seconds].map(Number);
const warmUpSeconds = 5;
const require = createRequire(process.env.WALLETGRAINS_PUSH_CLIENT ? process.env.WALLETGRAINS_PUSH_CLIENT + '/' : new URL('../artifacts/push-client/', import.meta.url));
const signalR = require('@microsoft/signalr');

async function call(path, body, token) {
    const response = await fetch(values.url + path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) },
        body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return await response.json();
}

const wallets = [];
const latencies = [];
let counts = false;
let received = 0;
for (let user = 0; user < users; user++) {
    const email = `push-${Date.now()}-${user}@example.com`;
    const password = 'correct horse battery';
    const { walletId } = await call('/auth/register', { email, password, fullName: 'Push' });
    const { accessToken } = await call('/auth/login', { email, password });
    wallets.push({ walletId, accessToken });
    await Promise.all(Array.from({ length: connections }, async () => {
        const connection = new signalR.HubConnectionBuilder()
            .configureLogging(signalR.LogLevel.None)
            .withUrl(values.url + '/hubs/wallet', { accessTokenFactory: () => accessToken })
            .build();
        connection.on('WALLET_UPDATED', update => {
            received++;
            if (counts) latencies.push(Date.now() - Date.parse(update.occurredAt));
        });
        await connection.start();
        await connection.invoke('Resume', {});
    }));
}

console.log(`${users * connections} connections of ${users} users, ${rate} deposits a second for ${seconds} s`);
let sent = 0;
const began = performance.now();
const deposits = [];
while (performance.now() - began < (warmUpSeconds + seconds) * 1000) {
    // An open loop: what is due is sent, whether or not the last ones were answered.
    const elapsed = (performance.now() - began) / 1000;
    counts = elapsed >= warmUpSeconds;
    for (; sent < elapsed * rate; sent++) {
        const { walletId, accessToken } = wallets[sent % users];
        deposits.push(call(`/wallet/${walletId}/deposit`, { amount: 1 }, accessToken));
    }

    await new Promise(resolve => setTimeout(resolve, 1));
}

await Promise.all(deposits);
for (const until = performance.now() + 10_000; received < sent * connections && performance.now() < until;) {
    await new Promise(resolve => setTimeout(resolve, 10));
}

latencies.sort((a, b) => a - b);
const at = share => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))];
console.log(`${received} of ${sent * connections} updates arrived; decision to client: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${latencies.at(-1)} ms`);
process.exit(received === sent * connections ? 0 : 1);
