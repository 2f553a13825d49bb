"""Small XHSTT files made by hand: one school that uses every kind of constraint with all that it can say."""

from __future__ import annotations

SCHOOL = """<?xml version="1.0" encoding="UTF-8"?>
<HighSchoolTimetableArchive Id="small">
  <MetaData>
    <Name>Small</Name>
    <Contributor>A hand</Contributor>
    <Date>2026-03-01</Date>
    <Description>One school</Description>
  </MetaData>
  <Instances>
    <Instance Id="school-1">
      <MetaData>
        <Name>一中</Name>
        <Contributor>A hand</Contributor>
        <Date>2026-03-01</Date>
        <Country>CN</Country>
        <Description>Two days of two times</Description>
        <Remarks>Made up</Remarks>
      </MetaData>
      <Times>
        <TimeGroups>
          <Week Id="W"><Name>Week</Name></Week>
          <Day Id="Mo"><Name>Monday</Name></Day>
          <Day Id="Tu"><Name>Tuesday</Name></Day>
          <TimeGroup Id="First"><Name>First lessons</Name></TimeGroup>
        </TimeGroups>
        <Time Id="Mo1"><Name>Mo 1</Name><Week Reference="W"/><Day Reference="Mo"/>
          <TimeGroups><TimeGroup Reference="First"/></TimeGroups></Time>
        <Time Id="Mo2"><Name>Mo 2</Name><Day Reference="Mo"/></Time>
        <Time Id="Tu1"><Name>Tu 1</Name><Day Reference="Tu"/><TimeGroups><TimeGroup Reference="First"/></TimeGroups></Time>
        <Time Id="Tu2"><Name>Tu 2</Name><Day Reference="Tu"/></Time>
      </Times>
      <Resources>
        <ResourceTypes>
          <ResourceType Id="Teacher"><Name>Teachers</Name></ResourceType>
          <ResourceType Id="Class"><Name>Classes</Name></ResourceType>
          <ResourceType Id="Room"><Name>Rooms</Name></ResourceType>
        </ResourceTypes>
        <ResourceGroups>
          <ResourceGroup Id="Staff"><Name>All teachers</Name><ResourceType Reference="Teacher"/></ResourceGroup>
          <ResourceGroup Id="Year"><Name>The year</Name><ResourceType Reference="Class"/></ResourceGroup>
        </ResourceGroups>
        <Resource Id="Wang"><Name>王</Name><ResourceType Reference="Teacher"/>
          <ResourceGroups><ResourceGroup Reference="Staff"/></ResourceGroups></Resource>
        <Resource Id="Li"><Name>李</Name><ResourceType Reference="Teacher"/>
          <ResourceGroups><ResourceGroup Reference="Staff"/></ResourceGroups></Resource>
        <Resource Id="C1"><Name>Class 1</Name><ResourceType Reference="Class"/>
          <ResourceGroups><ResourceGroup Reference="Year"/></ResourceGroups></Resource>
        <Resource Id="C2"><Name>Class 2</Name><ResourceType Reference="Class"/>
          <ResourceGroups><ResourceGroup Reference="Year"/></ResourceGroups></Resource>
        <Resource Id="Lab"><Name>Lab</Name><ResourceType Reference="Room"/></Resource>
        <Resource Id="Hall"><Name>Hall</Name><ResourceType Reference="Room"/></Resource>
      </Resources>
      <Events>
        <EventGroups>
          <Course Id="Physics"><Name>Physics</Name></Course>
          <EventGroup Id="All"><Name>All events</Name></EventGroup>
        </EventGroups>
        <Event Id="P1" Color="#ff0000">
          <Name>Physics 1</Name>
          <Duration>2</Duration>
          <Workload>4</Workload>
          <Course Reference="Physics"/>
          <Resources>
            <Resource Reference="C1"><Role>Class</Role></Resource>
            <Resource Reference="Wang"><Role>Teacher</Role><ResourceType Reference="Teacher"/><Workload>3</Workload></Resource>
            <Resource><Role>Room</Role><ResourceType Reference="Room"/></Resource>
          </Resources>
          <EventGroups><EventGroup Reference="All"/></EventGroups>
        </Event>
        <Event Id="P2">
          <Name>Physics 2</Name>
          <Duration>1</Duration>
          <Course Reference="Physics"/>
          <Resources>
            <Resource Reference="C2"/>
            <Resource><Role>Teacher</Role><ResourceType Reference="Teacher"/><Workload>1</Workload></Resource>
          </Resources>
          <EventGroups><EventGroup Reference="All"/></EventGroups>
        </Event>
        <Event Id="Assembly">
          <Name>Assembly</Name>
          <Duration>1</Duration>
          <Time Reference="Mo1"/>
          <ResourceGroups><ResourceGroup Reference="Year"/></ResourceGroups>
          <EventGroups><EventGroup Reference="All"/></EventGroups>
        </Event>
      </Events>
      <Constraints>
        <AssignResourceConstraint Id="a">
          <Name>Rooms</Name><Required>true</Required><Weight>1</Weight><CostFunction>Linear</CostFunction>
          <AppliesTo><EventGroups><EventGroup Reference="All"/></EventGroups></AppliesTo>
          <Role>Room</Role>
        </AssignResourceConstraint>
        <AssignTimeConstraint Id="b">
          <Name>Times</Name><Required>true</Required><Weight>1</Weight><CostFunction>Linear</CostFunction>
          <AppliesTo><EventGroups><EventGroup Reference="All"/></EventGroups><Events><Event Reference="P1"/></Events></AppliesTo>
        </AssignTimeConstraint>
        <SplitEventsConstraint Id="c">
          <Name>Pieces</Name><Required>true</Required><Weight>1</Weight><CostFunction>Linear</CostFunction>
          <AppliesTo><Events><Event Reference="P1"/></Events></AppliesTo>
          <MinimumDuration>1</MinimumDuration><MaximumDuration>2</MaximumDuration>
          <MinimumAmount>1</MinimumAmount><MaximumAmount>999</MaximumAmount>
        </SplitEventsConstraint>
        <DistributeSplitEventsConstraint Id="d">
          <Name>A double lesson</Name><Required>false</Required><Weight>2</Weight><CostFunction>Step</CostFunction>
          <AppliesTo><Events><Event Reference="P1"/></Events></AppliesTo>
          <Duration>2</Duration><Minimum>1</Minimum><Maximum>1</Maximum>
        </DistributeSplitEventsConstraint>
        <PreferResourcesConstraint Id="e">
          <Name>The lab or a class</Name><Required>false</Required><Weight>1</Weight><CostFunction>Linear</CostFunction>
          <AppliesTo><Events><Event Reference="P1"/></Events></AppliesTo>
          <ResourceGroups><ResourceGroup Reference="Year"/></ResourceGroups>
          <Resources><Resource Reference="Lab"/></Resources>
          <Role>Room</Role>
        </PreferResourcesConstraint>
        <PreferTimesConstraint Id="f">
          <Name>Early doubles</Name><Required>false</Required><Weight>1</Weight><CostFunction>Linear</CostFunction>
          <AppliesTo><Events><Event Reference="P1"/><Event Reference="P2"/></Events></AppliesTo>
          <TimeGroups><TimeGroup Reference="First"/></TimeGroups>
          <Times><Time Reference="Mo2"/></Times>
          <Duration>2</Duration>
        </PreferTimesConstraint>
        <AvoidSplitAssignmentsConstraint Id="g">
          <Name>One room</Name><Required>false</Required><Weight>1</Weight><CostFunction>Linear</CostFunction>
          <AppliesTo><EventGroups><EventGroup Reference="Physics"/></EventGroups></AppliesTo>
          <Role>Room</Role>
        </AvoidSplitAssignmentsConstraint>
        <SpreadEventsConstraint Id="h">
          <Name>One a day</Name><Required>true</Required><Weight>1</Weight><CostFunction>Linear</CostFunction>
          <AppliesTo><EventGroups><EventGroup Reference="Physics"/></EventGroups></AppliesTo>
          <TimeGroups>
            <TimeGroup Reference="Mo"><Minimum>0</Minimum><Maximum>1</Maximum></TimeGroup>
            <TimeGroup Reference="Tu"><Minimum>1</Minimum><Maximum>2</Maximum></TimeGroup>
          </TimeGroups>
        </SpreadEventsConstraint>
        <LinkEventsConstraint Id="i">
          <Name>Together</Name><Required>false</Required><Weight>1</Weight><CostFunction>Quadratic</CostFunction>
          <AppliesTo><EventGroups><EventGroup Reference="Physics"/></EventGroups></AppliesTo>
        </LinkEventsConstraint>
        <OrderEventsConstraint Id="j">
          <Name>In order</Name><Required>false</Required><Weight>1</Weight><CostFunction>Linear</CostFunction>
          <AppliesTo><EventPairs>
            <EventPair><FirstEvent Reference="P1"/><SecondEvent Reference="P2"/></EventPair>
            <EventPair><FirstEvent Reference="Assembly"/><SecondEvent Reference="P2"/>
              <MinSeparation>1</MinSeparation><MaxSeparation>2</MaxSeparation></EventPair>
          </EventPairs></AppliesTo>
        </OrderEventsConstraint>
        <AvoidClashesConstraint Id="k">
          <Name>No clashes</Name><Required>true</Required><Weight>10</Weight><CostFunction>Linear</CostFunction>
          <AppliesTo><ResourceGroups><ResourceGroup Reference="Staff"/><ResourceGroup Reference="Year"/></ResourceGroups>
            <Resources><Resource Reference="Lab"/></Resources></AppliesTo>
        </AvoidClashesConstraint>
        <AvoidUnavailableTimesConstraint Id="l">
          <Name>Li is away</Name><Required>true</Required><Weight>1</Weight><CostFunction>Linear</CostFunction>
          <AppliesTo><Resources><Resource Reference="Li"/></Resources></AppliesTo>
          <TimeGroups><TimeGroup Reference="Mo"/></TimeGroups>
          <Times><Time Reference="Tu2"/></Times>
        </AvoidUnavailableTimesConstraint>
        <LimitIdleTimesConstraint Id="m">
          <Name>No gaps</Name><Required>false</Required><Weight>3</Weight><CostFunction>Linear</CostFunction>
          <AppliesTo><ResourceGroups><ResourceGroup Reference="Staff"/></ResourceGroups></AppliesTo>
          <TimeGroups><TimeGroup Reference="Mo"/><TimeGroup Reference="Tu"/></TimeGroups>
          <Minimum>0</Minimum><Maximum>0</Maximum>
        </LimitIdleTimesConstraint>
        <ClusterBusyTimesConstraint Id="n">
          <Name>One day</Name><Required>false</Required><Weight>9</Weight><CostFunction>Linear</CostFunction>
          <AppliesTo><Resources><Resource Reference="Wang"/></Resources></AppliesTo>
          <TimeGroups><TimeGroup Reference="Mo"/><TimeGroup Reference="Tu"/></TimeGroups>
          <Minimum>0</Minimum><Maximum>1</Maximum>
        </ClusterBusyTimesConstraint>
        <LimitBusyTimesConstraint Id="o">
          <Name>Whole days</Name><Required>false</Required><Weight>1</Weight><CostFunction>Linear</CostFunction>
          <AppliesTo><Resources><Resource Reference="Wang"/></Resources></AppliesTo>
          <TimeGroups><TimeGroup Reference="Mo"/><TimeGroup Reference="Tu"/></TimeGroups>
          <Minimum>2</Minimum><Maximum>2147483647</Maximum>
        </LimitBusyTimesConstraint>
        <LimitWorkloadConstraint Id="p">
          <Name>Load</Name><Required>false</Required><Weight>1</Weight><CostFunction>Linear</CostFunction>
          <AppliesTo><ResourceGroups><ResourceGroup Reference="Staff"/></ResourceGroups></AppliesTo>
          <Minimum>0</Minimum><Maximum>2</Maximum>
        </LimitWorkloadConstraint>
      </Constraints>
    </Instance>
  </Instances>
  <SolutionGroups>
    <SolutionGroup Id="by-hand">
      <MetaData>
        <Contributor>A hand</Contributor>
        <Date>2026-03-02</Date>
        <Description>A try</Description>
        <Publication>None</Publication>
      </MetaData>
      <Solution Reference="school-1">
        <Description>First try</Description>
        <RunningTime>1.5</RunningTime>
        <Events>
          <Event Reference="P1"><Duration>1</Duration><Time Reference="Mo1"/>
            <Resources><Resource Reference="Lab"><Role>Room</Role></Resource></Resources></Event>
          <Event Reference="P1"><Duration>1</Duration><Time Reference="Tu2"/>
            <Resources><Resource Reference="Hall"><Role>Room</Role></Resource></Resources></Event>
          <Event Reference="P2"><Time Reference="Mo2"/>
            <Resources><Resource Reference="Li"><Role>Teacher</Role></Resource></Resources></Event>
        </Events>
        <Report>
          <InfeasibilityValue>13</InfeasibilityValue>
          <ObjectiveValue>0</ObjectiveValue>
          <Resources>
            <Resource Reference="Li"><Constraint Reference="l"><Cost>1</Cost><Description>Mo2</Description></Constraint></Resource>
          </Resources>
          <Events><Event><Constraint Reference="c"><Cost>0</Cost></Constraint></Event></Events>
          <EventGroups><EventGroup Reference="Physics"><Constraint Reference="h"><Cost>2</Cost></Constraint></EventGroup></EventGroups>
        </Report>
      </Solution>
    </SolutionGroup>
  </SolutionGroups>
</HighSchoolTimetableArchive>
"""


def document(*changes: tuple[str, str]) -> bytes:
    """The school's file with these passages changed, each of which stands in it."""
    text = SCHOOL
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text.encode()
