// A line to the server that can be cut and mended, as Wi-Fi does it: what is open is lost, what is asked is refused.
import { connect, createServer, type Server, type Socket } from 'node:net';

export class CutLine {
  private readonly open = new Set<Socket>();
  private isCut = false;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async to(target: string): Promise<CutLine> {
    const { hostname, port } = new URL(target);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the line has no port');
    const line = new CutLine(server, `http://127.0.0.1:${address.port}`);
    server.on('connection', (near) => line.join(near, connect(Number(port), hostname)));
    return line;
  }

  private join(near: Socket, far: Socket): void {
    for (const socket of [near, far]) {
      this.open.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        this.open.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    if (this.isCut) near.destroy();
    near.pipe(far);
    far.pipe(near);
  }

  cut(): void {
    this.isCut = true;
    for (const socket of this.open) socket.destroy();
  }

  mend(): void {
    this.isCut = false;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
