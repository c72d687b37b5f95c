import * as ec2 from '@pulumi/aws/ec2/index.js';
import * as pulumi from '@pulumi/pulumi';

export interface NetworkArgs {
  region: string;
  /** Letters of three availability zones. */
  zones: string[];
  /** A /16. */
  cidr: string;
  /** A NAT gateway in each zone, or one in the first for all. */
  natPerZone: boolean;
  /** Name of the cluster that will look for its subnets. */
  clusterName: string;
  /** Against deletion of the VPC, in which all the rest is. */
  protect: boolean;
}

/**
 * A VPC over three zones with three subnets in each: `public` for load balancers and NAT gateways, `private` for nodes
 * and pods, `data` for the databases, which have no way out. Of a /16, a zone's nodes get a /18 (16,000 addresses, as
 * every pod takes one), its load balancers a /20 and its databases a /22.
 */
export class Network extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  readonly privateSubnets: pulumi.Output<string>[] = [];
  readonly dataSubnets: pulumi.Output<string>[] = [];
  /** What nodes need to reach the world: to be destroyed after them. */
  readonly ways: pulumi.Resource[] = [];

  constructor(name: string, args: NetworkArgs, options: pulumi.ComponentResourceOptions) {
    super('berth:aws:Network', name, {}, options);
    const inside = { parent: this };
    const tags = (part: string, more: Record<string, string> = {}) => ({ Name: `${name}-${part}`, ...more });
    const vpc = new ec2.Vpc(
      name,
      { cidrBlock: args.cidr, enableDnsHostnames: true, enableDnsSupport: true, tags: { Name: name } },
      { ...inside, protect: args.protect },
    );
    this.vpcId = vpc.id;
    // What AWS puts into every VPC lets all in; Berth's own groups do not use it, and so nobody does.
    new ec2.DefaultSecurityGroup(name, { vpcId: vpc.id, tags: tags('unused') }, inside);
    const gateway = new ec2.InternetGateway(name, { vpcId: vpc.id, tags: tags('public') }, inside);
    const publicRoutes = new ec2.RouteTable(
      `${name}-public`,
      { vpcId: vpc.id, tags: tags('public') },
      inside,
    );
    const publicRoute = new ec2.Route(
      `${name}-public`,
      { routeTableId: publicRoutes.id, destinationCidrBlock: '0.0.0.0/0', gatewayId: gateway.id },
      inside,
    );
    this.ways.push(publicRoute);
    const cluster = { [`kubernetes.io/cluster/${args.clusterName}`]: 'shared' };
    const subnet = (part: string, zone: string, cidrBlock: string, more: Record<string, string> = {}) =>
      new ec2.Subnet(
        `${name}-${part}-${zone}`,
        {
          vpcId: vpc.id,
          availabilityZone: args.region + zone,
          cidrBlock,
          tags: tags(`${part}-${zone}`, more),
        },
        inside,
      );
    const [first, second] = args.cidr.split('.');
    const block = (third: number, bits: number) => `${first}.${second}.${third}.0/${bits}`;
    const nats: ec2.NatGateway[] = [];
    const privateTables: ec2.RouteTable[] = [];
    for (const [index, zone] of args.zones.entries()) {
      const open = subnet('public', zone, block(index * 16, 20), {
        ...cluster,
        'kubernetes.io/role/elb': '1',
      });
      this.ways.push(
        new ec2.RouteTableAssociation(
          `${name}-public-${zone}`,
          { subnetId: open.id, routeTableId: publicRoutes.id },
          inside,
        ),
      );
      if (index === 0 || args.natPerZone) {
        const address = new ec2.Eip(
          `${name}-nat-${zone}`,
          { domain: 'vpc', tags: tags(`nat-${zone}`) },
          inside,
        );
        const nat = new ec2.NatGateway(
          `${name}-${zone}`,
          { subnetId: open.id, allocationId: address.id, tags: tags(zone) },
          // A NAT gateway works, and its address can be given back, only while the VPC has its gateway.
          { ...inside, dependsOn: [publicRoute] },
        );
        nats.push(nat);
      }
      const nodes = subnet('private', zone, block(64 + index * 64, 18), {
        ...cluster,
        'kubernetes.io/role/internal-elb': '1',
      });
      this.privateSubnets.push(nodes.id);
      const table = new ec2.RouteTable(
        `${name}-private-${zone}`,
        { vpcId: vpc.id, tags: tags(`private-${zone}`) },
        inside,
      );
      privateTables.push(table);
      this.ways.push(
        new ec2.Route(
          `${name}-private-${zone}`,
          {
            routeTableId: table.id,
            destinationCidrBlock: '0.0.0.0/0',
            natGatewayId: nats.at(-1)!.id,
          },
          inside,
        ),
        new ec2.RouteTableAssociation(
          `${name}-private-${zone}`,
          { subnetId: nodes.id, routeTableId: table.id },
          inside,
        ),
      );
      this.dataSubnets.push(subnet('data', zone, block(48 + index * 4, 22)).id);
    }
    // Layers of images come from S3: by this way they cost no NAT traffic.
    this.ways.push(
      new ec2.VpcEndpoint(
        `${name}-s3`,
        {
          vpcId: vpc.id,
          serviceName: `com.amazonaws.${args.region}.s3`,
          vpcEndpointType: 'Gateway',
          routeTableIds: privateTables.map((table) => table.id),
          tags: tags('s3'),
        },
        inside,
      ),
    );
    this.registerOutputs({ vpcId: this.vpcId });
  }
}
